/** One whole training step at one of the bench's sizes: forward, back-propagation through time, clipping by norm, Adam. */

import { readFileSync } from 'node:fs';
import { initialize } from '../dist/model/initialization.js';
import { parameterTable } from '../dist/model/parameter-table.js';
import { createRandom } from '../dist/random.js';
import { createBatches } from '../dist/text/batches.js';
import { createTrainingProgram } from '../dist/train/training-program.js';
import { createUpdater } from '../dist/train/update-program.js';

/** @type {Record<string, { V: number, E: number, H: number, layers: number, B: number, T: number }>} */
export const sizes = JSON.parse(readFileSync(new URL('./sizes.json', import.meta.url), 'utf8'));

/**
 * @param {import('../src/engine/engine.js').Engine} engine
 * @param {string} name of the size.
 * @param {string} [cellName] LSTM or GRU.
 */
export function createTrainingStep(engine, name, cellName = 'LSTM') {
  const size = sizes[name];
  if (!size) throw new Error(`no size ${name}: known are ${Object.keys(sizes).join(', ')}`);
  const { V: vocabularySize, E: embeddingSize, H: hiddenSize, layers, B: batchSize, T: sequenceLength } = size;
  /** @type {import('../src/model/cells/index.js').CellChoice} */
  const cell = cellName === 'GRU' ? { type: 'gru', reset: 'after' } : { type: 'lstm' };
  const model = { vocabularySize, cell, layers, embeddingSize, hiddenSize, dropout: 0, tieWeights: false };
  const table = parameterTable(model);
  const parameters = engine.allocateFloats(table.arenaLength);
  const random = createRandom(1);
  initialize(parameters, table, model, { type: 'pytorch' }, random);
  const tokens = Int32Array.from({ length: batchSize * sequenceLength * 4 + 1 }, () => random.integer(vocabularySize));
  const batches = createBatches({ tokens, batchSize, sequenceLength, shards: engine.shards });
  const begin = performance.now();
  const program = createTrainingProgram({ engine, model, table, parameters, batches, batchSize, seed: 1 });
  const updater = createUpdater(engine, parameters, program.gradients, {
    optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    clipping: { type: 'norm', threshold: 5 },
    regularization: { l1: 0, l2: 0 },
  });
  let step = 0;
  return {
    tokens: batchSize * sequenceLength,
    /** When the engine began to derive and compile, by `performance.now()`. */
    begin,
    async run() {
      program.parametersChanged();
      await program.run(step % batches.windows, ++step);
      await updater.update(step, 1e-3, await updater.gradientNorm());
    },
  };
}
