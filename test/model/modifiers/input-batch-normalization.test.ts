/** What the goldens of pytorch-modifiers.test.ts do not show: batches in shards, and targets that do not count. */
import { describe, expect, test } from 'vitest';
import { createReferenceEngine } from '../../../src/engine/reference/reference-engine.js';
import { createTypedArrayEngine } from '../../../src/engine/typed-array/typed-array-engine.js';
import { trainingGraph } from '../../../src/model/graphs.js';
import { modelOptions } from '../../../src/model/specification.js';
import { prepare, relativeError } from '../../engine/model-fixture.js';

const layers = ['lstm', 'mgu'].map((type) => ({ type, size: 12, normalization: 'batch' }));
const model = modelOptions({ embedding: { size: 8 }, layers }, 20);
const window = { batchSize: 8, sequenceLength: 6 };
const names = ['rnn.running_mean_ih_l0', 'rnn.running_var_ih_l0', 'rnn.running_mean_ih_l1', 'rnn.running_var_ih_l1'];
const compared = ['loss', 'gradient.encoder.weight', 'gradient.rnn.gain_ih_l0', ...names.map((name) => `buffer.${name}`)];

interface Rows {
  /** Whether the targets of a row of the batch count. */
  counts?: (row: number) => boolean;
  /** Added to the tokens of rows that do not count. */
  shift?: number;
}

/** One window of training, on the plain kernels where no threads are named. */
async function outputsOf(shards: number, threads?: number, { counts = () => true, shift = 0 }: Rows = {}) {
  const engine = threads === undefined ? createReferenceEngine() : createTypedArrayEngine({ shards, threads });
  const program = prepare(engine, model, trainingGraph(model, { ...window, shards }, { seed: 1 }));
  const perShard = window.batchSize / shards;
  for (const [shard, weights] of program.inputs.weights!.entries()) {
    const tokens = program.inputs.tokens![shard]!;
    for (let i = 0; i < weights.length; i++) {
      weights[i] = Number(counts(shard * perShard + (i % perShard)));
      if (!weights[i]) tokens[i] = (tokens[i]! + shift) % model.vocabularySize;
    }
  }
  const counted = Array.from({ length: window.batchSize }, (_, row) => row).filter(counts).length;
  program.inputs.inverseCount![0]![0] = 1 / (counted * window.sequenceLength);
  await program.run();
  const outputs = Object.entries(program.outputs).map(([name, parts]) => [name, parts.flatMap((part) => [...part])] as const);
  engine.close();
  return Object.fromEntries(outputs);
}

describe('the statistics of batch normalization', () => {
  test('are those of the whole batch, whatever the number of shards', async () => {
    const [whole, parts] = [await outputsOf(1), await outputsOf(4, 2)];
    for (const name of compared) expect(relativeError(parts[name]!, whole[name]!), name).toBeLessThan(1e-5);
  });

  test('are the same bits on any number of threads', async () => {
    const [one, two, four] = [await outputsOf(4, 1), await outputsOf(4, 2), await outputsOf(4, 4)];
    expect(two).toEqual(one);
    expect(four).toEqual(one);
  });

  test('are those of the positions whose targets count', async () => {
    const counts = (row: number) => row < 5;
    const [some, others, all] = [
      await outputsOf(2, 1, { counts }),
      await outputsOf(2, 1, { counts, shift: 3 }),
      await outputsOf(2, 1),
    ];
    for (const name of compared) expect(others[name], name).toEqual(some[name]);
    for (const name of compared) expect(some[name], name).not.toEqual(all[name]);
  });
});
