// Tokens per second of one whole training step: forward, back-propagation through time, clipping by norm, Adam; with --inference of the
// forward pass and its loss.
//
// usage: node bench/textloom-step.mjs SIZE [--seconds S] [--cell LSTM|GRU] [--engine typed-array|onnxruntime] [--provider NAME]
//                                     [--threads N] [--shards N] [--inference]
// Prints one JSON line. Needs `npm run build` first. Shards are the typed-array engine's, a provider (cpu, webgpu, ...) is onnxruntime's.

import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeEngine } from '../dist/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../dist/engine/typed-array/typed-array-engine.js';
import { createInferenceStep, createTrainingStep, medianSeconds } from './steps.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    cell: { type: 'string', default: 'LSTM' },
    engine: { type: 'string', default: 'typed-array' },
    provider: { type: 'string', default: 'cpu' },
    threads: { type: 'string', default: String(availableParallelism()) },
    shards: { type: 'string', default: '2' },
    inference: { type: 'boolean', default: false },
  },
});
const threads = Number(values.threads);
const engine =
  values.engine === 'onnxruntime'
    ? await createOnnxRuntimeEngine({ provider: /** @type {'cpu'} */ (values.provider), threads })
    : createTypedArrayEngine({ shards: Number(values.shards), threads });
const step = (values.inference ? createInferenceStep : createTrainingStep)(engine, String(positionals[0]), values.cell);

await step.run();
const firstStepEnds = performance.now();
const warm = firstStepEnds + 1000 * Number(values.seconds);
for (let i = 1; i < 10 && performance.now() < warm; i++) await step.run();
const stepTime = 1000 * (await medianSeconds(step.run, Number(values.seconds)));
engine.close();
const tokensPerSecond = Math.round((1000 * step.tokens) / stepTime);
// Derivation, lowering, and what the engine makes of it (a session, ...), which may wait for the first step.
const startUpSeconds = Number(((firstStepEnds - step.begin - stepTime) / 1000).toFixed(3));
const { name } = engine;
console.log(
  JSON.stringify({
    contestant: 'textloom',
    engine: name,
    size: positionals[0],
    threads: engine.threads,
    startUpSeconds,
    tokensPerSecond,
  }),
);
