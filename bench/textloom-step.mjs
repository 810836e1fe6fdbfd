// Tokens per second of one whole training step: forward, back-propagation through time, clipping by norm, Adam.
//
// usage: node bench/textloom-step.mjs SIZE [--seconds S] [--cell LSTM|GRU] [--engine typed-array|onnxruntime] [--provider NAME]
//                                     [--threads N] [--shards N]
// Prints one JSON line. Needs `npm run build` first. Shards are the typed-array engine's, a provider (cpu, webgpu, ...) is onnxruntime's.

import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { createOnnxRuntimeEngine } from '../dist/engine/onnxruntime/onnxruntime-engine.js';
import { createTypedArrayEngine } from '../dist/engine/typed-array/typed-array-engine.js';
import { initialize } from '../dist/model/initialization.js';
import { parameterTable } from '../dist/model/parameter-table.js';
import { createRandom } from '../dist/random.js';
import { createBatches } from '../dist/text/batches.js';
import { createTrainingProgram } from '../dist/train/training-program.js';
import { createUpdater } from '../dist/train/update-program.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '4' },
    cell: { type: 'string', default: 'LSTM' },
    engine: { type: 'string', default: 'typed-array' },
    provider: { type: 'string', default: 'cpu' },
    threads: { type: 'string', default: String(availableParallelism()) },
    shards: { type: 'string', default: '2' },
  },
});
const size = JSON.parse(readFileSync(new URL('./sizes.json', import.meta.url), 'utf8'))[/** @type {string} */ (positionals[0])];
const { V: vocabularySize, E: embeddingSize, H: hiddenSize, layers, B: batchSize, T: sequenceLength } = size;
/** @type {import('../src/model/cells/index.js').CellChoice} */
const cell = values.cell === 'GRU' ? { type: 'gru', reset: 'after' } : { type: 'lstm' };
const model = { vocabularySize, cell, layers, embeddingSize, hiddenSize, dropout: 0, tieWeights: false };

const threads = Number(values.threads);
const engine =
  values.engine === 'onnxruntime'
    ? await createOnnxRuntimeEngine({ provider: /** @type {'cpu'} */ (values.provider), threads })
    : createTypedArrayEngine({ shards: Number(values.shards), threads });
const table = parameterTable(model);
const parameters = engine.allocateFloats(table.arenaLength);
const random = createRandom(1);
initialize(parameters, table, model, { type: 'pytorch' }, random);
const tokens = Int32Array.from({ length: batchSize * sequenceLength * 4 + 1 }, () => random.integer(vocabularySize));
const batches = createBatches({ tokens, batchSize, sequenceLength, shards: engine.shards });
const begin = performance.now();
const program = createTrainingProgram({ engine, model, table, parameters, batches, batchSize, sequenceLength, seed: 1 });
const updater = createUpdater(engine, parameters, program.gradients, {
  optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  clipping: { type: 'norm', threshold: 5 },
  regularization: { l1: 0, l2: 0 },
});

let step = 0;
async function trainStep() {
  program.parametersChanged();
  await program.run(step % batches.windows, ++step);
  await updater.update(step, 1e-3, await updater.gradientNorm());
}

await trainStep();
const firstStepEnds = performance.now();
for (let i = 1; i < 10; i++) await trainStep();
const times = [];
const end = performance.now() + 1000 * Number(values.seconds);
while (performance.now() < end || times.length < 3) {
  const start = performance.now();
  await trainStep();
  times.push(performance.now() - start);
}
engine.close();
const stepTime = Number(times.sort((a, b) => a - b)[times.length >> 1]);
const tokensPerSecond = Math.round((1000 * batchSize * sequenceLength) / stepTime);
// Derivation, lowering, and what the engine makes of it (a session, ...), which may wait for the first step.
const startUpSeconds = Number(((firstStepEnds - begin - stepTime) / 1000).toFixed(3));
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
