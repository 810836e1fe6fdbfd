import { describe, expect, it } from 'vitest';
import { type Batches, batchesOfEpoch, createBatches, memoryTokenSource } from '../../src/text/batches.js';
import { createDocumentBatches } from '../../src/text/document-batches.js';
import { createEpochs } from '../../src/text/epochs.js';
import { microbatches } from '../../src/text/microbatches.js';
import { reversedSource } from '../../src/text/reversed-source.js';

const [B, SHARDS, COUNT] = [12, 2, 3];
const N = 12 * 17 + 5;
const ends = Uint8Array.from({ length: N }, (_, i) => Number(i % 7 === 6));
const tokens = memoryTokenSource(
  Int32Array.from({ length: N }, (_, i) => i),
  ends,
);
const shared = { tokens, batchSize: B, sequenceLength: 5, shards: COUNT * SHARDS, seed: 3 };

/** All arrays of a window. */
function read(batches: Batches, window: number, shards: number, rows: number) {
  const length = (batches.lengthOf?.(window) ?? batches.sequenceLength) * rows;
  const arrays = <T>(create: () => T) => Array.from({ length: shards }, create);
  const filled = {
    inputs: arrays(() => new Int32Array(length).fill(-1)),
    targets: arrays(() => new Int32Array(length).fill(-1)),
    weights: arrays(() => new Float32Array(length).fill(-1)),
    keeps: arrays(() => new Float32Array(length).fill(-1)),
  };
  const { inputs, targets, weights, keeps } = filled;
  const counted = batches.fill(window, inputs, targets, weights, batches.resets ? keeps : undefined);
  return { ...filled, counted };
}

const kinds: [string, Batches][] = [
  ['streams', createBatches(shared)],
  [
    'windows of several lengths in pieces',
    createEpochs({ ...shared, lengthVariation: { halved: 0.3, deviation: 1 }, pieces: 2 }),
  ],
  ['documents', createDocumentBatches({ ...shared, buckets: 2 })],
];

describe.each(kinds)('microbatches of %s', (_, batches) => {
  it('are the rows of the batch, part after part', () => {
    const parts = microbatches(batches, COUNT, SHARDS);
    expect(parts).toHaveLength(COUNT);
    for (const number of [1, 2, 1]) {
      const whole = batchesOfEpoch(batches, number);
      for (let window = 0; window < whole.windows; window++) {
        const expected = read(whole, window, COUNT * SHARDS, B / COUNT / SHARDS);
        const found = parts.map((part) => read(batchesOfEpoch(part, number), window, SHARDS, B / COUNT / SHARDS));
        for (const name of ['inputs', 'targets', 'weights', 'keeps'] as const)
          expect(found.flatMap((part) => [...part[name]])).toEqual(expected[name]);
        expect(found.reduce((sum, { counted }) => sum + counted, 0)).toBe(expected.counted);
      }
      for (const part of parts) {
        const { windows, predictions } = batchesOfEpoch(part, number);
        expect({ windows, predictions }).toEqual({ windows: whole.windows, predictions: whole.predictions });
        expect(batchesOfEpoch(part, number).predictionsBefore(1)).toBe(whole.predictionsBefore(1));
      }
    }
  });

  it('of one are the batches', () => {
    expect(microbatches(batches, 1, SHARDS)).toEqual([batches]);
  });
});

it('microbatches read a text from its end, too', () => {
  const reversed = createBatches({ ...shared, tokens: reversedSource(tokens) });
  const parts = microbatches({ ...createBatches(shared), reversed }, COUNT, SHARDS);
  const found = parts.flatMap((part) => [...read(part.reversed!, 0, SHARDS, 2).inputs]);
  expect(found).toEqual(read(reversed, 0, COUNT * SHARDS, 2).inputs);
});
