import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { predictionGraph, scoringGraph, trainingGraph } from '../../../src/model/graphs.js';
import { type CellChoice, cells, equalLayers, type ShortForm } from '../../model/short-form.js';
import { prepare, relativeError } from '../model-fixture.js';

const name = (cell: CellChoice) => Object.values(cell).join(' ');

const cases: [string, ShortForm, { batchSize: number; sequenceLength: number; shards: number }][] = [];
for (const cell of cells) {
  const small = { vocabularySize: 11, cell, layers: 2, embeddingSize: 5, hiddenSize: 7, dropout: 0, tieWeights: false };
  cases.push([`${name(cell)}, one shard`, small, { batchSize: 3, sequenceLength: 4, shards: 1 }]);
  cases.push([`${name(cell)}, two shards`, { ...small, hiddenSize: 17 }, { batchSize: 6, sequenceLength: 3, shards: 2 }]);
  cases.push([
    `${name(cell)}, three layers with dropout`,
    { ...small, layers: 3, dropout: 0.4 },
    { batchSize: 4, sequenceLength: 3, shards: 2 },
  ]);
  cases.push([
    `${name(cell)}, tied, large vocabulary`,
    { ...small, vocabularySize: 67, embeddingSize: 7, tieWeights: true },
    { batchSize: 8, sequenceLength: 2, shards: 4 },
  ]);
  cases.push([`${name(cell)}, a single step`, { ...small, layers: 1 }, { batchSize: 1, sequenceLength: 1, shards: 1 }]);
}

/** The mLSTM divides by a sum of products, which may be small beside its terms. */
const toleranceOf = (name: string) => (name.startsWith('mlstm') ? 3e-5 : 1e-5);

describe('the typed-array engine computes what the reference kernels compute', () => {
  test.each(cases)('%s', async (name, form, window) => {
    const model = equalLayers(form);
    const engine = createTypedArrayEngine({ shards: window.shards, threads: 2 });
    const reference = createReferenceEngine({ shards: window.shards });
    for (const graph of [
      trainingGraph(model, window, { seed: 5 }),
      scoringGraph(model, window),
      predictionGraph(model, window),
    ]) {
      const expected = prepare(reference, model, graph);
      const actual = prepare(engine, model, graph);
      await expected.run();
      await actual.run();
      for (const [output, parts] of Object.entries(expected.outputs)) {
        for (const [shard, part] of parts.entries()) {
          expect(relativeError(actual.outputs[output]![shard]!, part), output).toBeLessThan(toleranceOf(name));
        }
      }
    }
    engine.close();
  });
});
