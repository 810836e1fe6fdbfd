/**
 * Where a training step of the onnxruntime engine spends its time, by onnxruntime's own profile, and how near its matrix products come
 * to the speed of a large one in the same minute.
 *
 * usage: npm run build && node bench/onnxruntime-profile.mjs [--sizes a,b] [--steps N] [--threads N]
 *
 * Profiling itself takes time, most where operators are many and small.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import ort from 'onnxruntime-node';
import { createOnnxRuntimeEngine } from '../dist/engine/onnxruntime/onnxruntime-engine.js';
import { encodeModel } from '../dist/onnx/encode-model.js';
import { OPSET } from '../dist/onnx/model.js';
import { createTrainingStep, sizes } from './steps.mjs';

/** @typedef {{ cat: string, name: string, ts: number, dur: number, args: { op_name: string, input_type_shape?: Record<string, number[]>[], output_type_shape?: Record<string, number[]>[] } }} Event */

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: Object.keys(sizes).join(',') },
    steps: { type: 'string', default: '20' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
const steps = Number(values.steps);
const threads = Number(values.threads);
const WARM_UP = 3;
const folder = mkdtempSync(join(tmpdir(), 'textloom-profile-'));

/** @type {import('onnxruntime-node').InferenceSession[]} */
const sessions = [];
const create = /** @type {any} */ (ort.InferenceSession.create).bind(ort.InferenceSession);
/** @type {any} */ (ort.InferenceSession).create = async (/** @type {Uint8Array} */ model, /** @type {object} */ options) => {
  const session = await create(model, { ...options, enableProfiling: true, profileFilePrefix: join(folder, 'profile') });
  sessions.push(session);
  return session;
};

try {
  for (const size of values.sizes.split(',')) await profile(size);
} finally {
  rmSync(folder, { recursive: true });
}

/** @param {string} size */
async function profile(size) {
  const peak = await largeProduct();
  const engine = await createOnnxRuntimeEngine({ provider: 'cpu', threads });
  const step = createTrainingStep(engine, size);
  for (let i = 0; i < WARM_UP; i++) await step.run();
  const begin = performance.now();
  for (let i = 0; i < steps; i++) await step.run();
  const milliseconds = (performance.now() - begin) / steps;
  const { operators, flops, products } = summarize(/** @type {any} */ (sessions.pop()));
  engine.close();
  const inside = [...operators.values()].reduce((sum, time) => sum + time, 0);
  const shares = [...operators].sort(([, a], [, b]) => b - a).slice(0, 8);
  const share = (/** @type {number} */ time) => `${((100 * time) / milliseconds).toFixed(0)}%`;
  const speed = flops / products / 1e6;
  console.log(
    `${size}: ${milliseconds.toFixed(1)} ms a step, ${share(inside)} of it in operators: ` +
      shares.map(([name, time]) => `${name} ${share(time)}`).join(', '),
  );
  console.log(
    `  products ${(flops / 1e9).toFixed(2)} GFLOP at ${speed.toFixed(0)} GFLOP/s, ${((100 * speed) / peak).toFixed(0)}% of the ` +
      `${peak.toFixed(0)} of a large one; the whole step ${(flops / milliseconds / 1e6).toFixed(0)} GFLOP/s`,
  );
}

/**
 * Milliseconds of a step by operator, its floating point operations in products, and their milliseconds.
 *
 * @param {{ endProfiling(): void }} session
 */
function summarize(session) {
  session.endProfiling();
  const file = join(folder, String(readdirSync(folder)[0]));
  /** @type {Event[]} */
  const events = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(file);
  const runs = events.filter(({ name }) => name === 'model_run').sort((a, b) => a.ts - b.ts);
  const from = /** @type {Event} */ (runs[WARM_UP]).ts;
  const operators = /** @type {Map<string, number>} */ (new Map());
  let flops = 0;
  let products = 0;
  for (const { cat, name, ts, dur, args } of events) {
    if (cat !== 'Node' || ts < from || !name.endsWith('_kernel_time')) continue;
    const time = dur / 1000 / steps;
    operators.set(args.op_name, (operators.get(args.op_name) ?? 0) + time);
    const [a] = args.input_type_shape?.map((input) => Object.values(input)[0] ?? []) ?? [];
    const [out] = args.output_type_shape?.map((output) => Object.values(output)[0] ?? []) ?? [];
    if (!['MatMul', 'Gemm', 'FusedMatMul', 'FusedGemm'].includes(args.op_name) || !a || !out) continue;
    // a is [m, k] or, transposed, [k, m]; out is [m, n].
    const [m = 1, n = 1] = out;
    flops += (2 * m * n * (a.reduce((product, length) => product * length, 1) / m)) / steps;
    products += time;
  }
  return { operators, flops, products };
}

/** GFLOP/s of the product of two matrices of 2048 x 2048, the best of ten. */
async function largeProduct() {
  const n = 2048;
  /** @type {{ name: string, type: 'float32', shape: number[] }[]} */
  const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name, type: 'float32', shape: [n, n] }));
  const nodes = [{ type: 'MatMul', inputs: ['a', 'b'], outputs: ['c'], attributes: {} }];
  const graph = { name: 'product', nodes, initializers: [], inputs: [a, b], outputs: [c] };
  const session = await create(encodeModel(/** @type {any} */ ({ opset: OPSET, graph })), { intraOpNumThreads: threads });
  const tensor = () => new ort.Tensor('float32', new Float32Array(n * n).fill(0.5), [n, n]);
  const feeds = { a: tensor(), b: tensor() };
  const fetches = { c: tensor() };
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 10; i++) {
    const begin = performance.now();
    await session.run(feeds, fetches);
    best = Math.min(best, performance.now() - begin);
  }
  await session.release();
  return (2 * n * n * n) / best / 1e6;
}
