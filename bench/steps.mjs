/** What is measured at the sizes of the bench: a whole training step, or the forward pass with its loss. */

import { readFileSync } from 'node:fs';
import { createRandom } from '../dist/foundation/random.js';
import { createCarriedState } from '../dist/model/carried-state.js';
import { initialize } from '../dist/model/initialization.js';
import { parameterTable } from '../dist/model/parameter-table.js';
import { modelOptions } from '../dist/model/specification.js';
import { scoringProgram } from '../dist/model/window-programs.js';
import { createBatches } from '../dist/text/batches.js';
import { createSession } from '../dist/train/session.js';
import { median } from './report.mjs';

/**
 * The median time of a run, of as many as the time allows, at least three.
 *
 * @param {() => Promise<void>} run
 * @param {number} seconds
 */
export async function medianSeconds(run, seconds) {
  const times = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end || times.length < 3) {
    const begin = performance.now();
    await run();
    times.push((performance.now() - begin) / 1000);
  }
  return median(times);
}

/** @type {Record<string, { V: number, E: number, H: number, layers: number, B: number, T: number }>} */
export const sizes = JSON.parse(readFileSync(new URL('./sizes.json', import.meta.url), 'utf8'));

/**
 * @typedef {object} Step
 * @property {number} tokens that a step reads
 * @property {number} begin when the engine began to derive and compile, by `performance.now()`
 * @property {() => Promise<void>} run
 */

/**
 * @param {string} name of the size.
 * @param {string} cellName LSTM or GRU.
 */
function modelOf(name, cellName) {
  const size = sizes[name];
  if (!size) throw new Error(`no size ${name}: known are ${Object.keys(sizes).join(', ')}`);
  const { V: vocabularySize, E: embeddingSize, H: hiddenSize, layers, B: batchSize, T: sequenceLength } = size;
  const cell = cellName === 'GRU' ? { type: 'gru', reset: 'after' } : { type: 'lstm' };
  const model = modelOptions({ cell, layers, embeddingSize, hiddenSize }, vocabularySize);
  return { model, vocabularySize, batchSize, sequenceLength };
}

/**
 * The forward pass over a window with the loss of each token; the state is carried.
 *
 * @param {import('../src/engine/engine.js').Engine} engine
 * @param {string} name of the size.
 * @param {string} [cellName] LSTM or GRU.
 * @returns {Step}
 */
export function createInferenceStep(engine, name, cellName = 'LSTM') {
  const { model, vocabularySize, batchSize, sequenceLength } = modelOf(name, cellName);
  const table = parameterTable(model);
  const arena = engine.allocateFloats(table.arenaLength);
  const random = createRandom(1);
  initialize(arena, table, { type: 'pytorch' }, random);
  const begin = performance.now();
  const state = createCarriedState(engine, model, batchSize);
  const window = { batchSize, sequenceLength, shards: engine.shards };
  const program = scoringProgram({ options: model, table, arena }, engine, window, state);
  program.parametersChanged();
  for (const input of ['tokens', 'targets'])
    for (const part of program.inputs[input] ?? [])
      for (let i = 0; i < part.length; i++) part[i] = random.integer(vocabularySize);
  return {
    tokens: batchSize * sequenceLength,
    begin,
    async run() {
      await program.run();
      state.carry();
    },
  };
}

/**
 * A whole training step: forward, back-propagation through time, clipping by norm, Adam.
 *
 * @param {import('../src/engine/engine.js').Engine} engine
 * @param {string} name of the size.
 * @param {string} [cellName] LSTM or GRU.
 * @param {{ microbatches?: number, team?: import('../src/parallel/team.js').Team }} [parts] of the batch, and who shares them.
 * @returns {Step & { session: import('../src/train/session.js').TrainingSession }}
 */
export function createTrainingStep(engine, name, cellName = 'LSTM', { microbatches = 1, team } = {}) {
  const { model, vocabularySize, batchSize, sequenceLength } = modelOf(name, cellName);
  const random = createRandom(1);
  const tokens = Int32Array.from({ length: batchSize * sequenceLength * 4 + 1 }, () => random.integer(vocabularySize));
  const batches = createBatches({ tokens, batchSize, sequenceLength, shards: engine.shards * microbatches });
  const begin = performance.now();
  const session = createSession({
    engine,
    model,
    batches,
    batchSize,
    microbatches,
    team,
    seed: 1,
    optimizer: { type: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    clipping: { type: 'norm', threshold: 5 },
    regularization: { l1: 0, l2: 0 },
  });
  initialize(session.parameters.trained, session.table, { type: 'pytorch' }, random);
  let step = 0;
  return {
    tokens: batchSize * sequenceLength,
    begin,
    session,
    async run() {
      const { norm } = await session.differentiate(step % batches.windows, ++step);
      await session.update(step, 1e-3, norm);
    },
  };
}
