/**
 * How near a training step comes to the speed at which its engine multiplies large matrices: GFLOP/s of whole steps, counting their products
 * alone, beside those of a product of 2048 x 2048 matrices on the same threads, measured in turns.
 *
 * usage: npm run build && node bench/roofline.mjs [--sizes a,b] [--engines a,b] [--rounds N] [--seconds S] [--threads N]
 *
 * The large product of the typed-array engine is the product kernel itself, with its packed operand.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeEngine } from '../dist/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../dist/engine/typed-array/typed-array-engine.js';
import { input, parameter } from '../dist/graph/operations/input.js';
import { matrixProduct } from '../dist/graph/operations/matrix-product.js';
import { markdownTable, median } from './report.mjs';
import { createTrainingStep, medianSeconds, sizes } from './steps.mjs';

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: 'charrnn,tiny512,ptb-small,ptb-medium,wide1024' },
    engines: { type: 'string', default: 'typed-array,onnxruntime' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
const threads = Number(options.threads);
/** Half of the time is for steps, half for the large product. */
const seconds = Number(options.seconds) / 2;
const LARGE = 2048;

const rows = [];
for (const name of options.engines.split(','))
  for (const size of options.sizes.split(',')) rows.push(await compare(name, size));
console.log(
  markdownTable(['engine', 'size', 'products of a step', 'large product', 'step', 'share'], rows, (column) => column < 2),
);

/**
 * @param {string} name of the engine
 * @param {string} size
 * @returns {Promise<string[]>} a row of the table
 */
async function compare(name, size) {
  const engine = name === 'onnxruntime' ? await createOnnxRuntimeEngine({ provider: 'cpu', threads }) : typedArray();
  const step = createTrainingStep(engine, size);
  const large = largeProduct(engine);
  const flops = stepFlops(size);
  await step.run();
  await large();
  const speeds = /** @type {{ step: number[], large: number[] }} */ ({ step: [], large: [] });
  for (let round = 0; round < Number(options.rounds); round++) {
    speeds.large.push((2 * LARGE ** 3) / (await medianSeconds(large, seconds)) / 1e9);
    speeds.step.push(flops / (await medianSeconds(step.run, seconds)) / 1e9);
  }
  engine.close();
  // The share is of the rounds: both are measured in the same seconds.
  const share = median(speeds.step.map((speed, round) => speed / Number(speeds.large[round])));
  const gigaflops = (/** @type {number[]} */ list) => `${median(list).toFixed(0)} GFLOP/s`;
  return [
    name,
    `\`${size}\``,
    `${(flops / 1e9).toFixed(2)} GFLOP`,
    gigaflops(speeds.large),
    gigaflops(speeds.step),
    `${(100 * share).toFixed(0)}%`,
  ];
}

function typedArray() {
  return createTypedArrayEngine({ shards: Math.max(2, threads), threads });
}

/**
 * One product of two large matrices, whose rows the threads share.
 *
 * @param {import('../src/engine/engine.js').Engine} engine
 */
function largeProduct(engine) {
  const x = input('x', { rows: LARGE / engine.shards, columns: LARGE, sharded: true });
  const program = engine.compile({ y: matrixProduct(x, parameter('weight', LARGE, LARGE)) });
  for (const parts of Object.values(program.inputs)) for (const part of parts) part.fill(0.5);
  return async () => await program.run();
}

/**
 * Floating point operations of the products of a training step: forward, and twice as many for the gradients of both operands.
 *
 * @param {string} size
 */
function stepFlops(size) {
  const shape = sizes[size];
  if (!shape) throw new Error(`no size ${size}: known are ${Object.keys(sizes).join(', ')}`);
  const { V, E, H, layers, B, T } = shape;
  let weights = H * V;
  for (let layer = 0; layer < layers; layer++) weights += 4 * H * ((layer === 0 ? E : H) + H);
  return 6 * B * T * weights;
}
