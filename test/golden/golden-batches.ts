import type { Batches } from '../../src/text/batches.js';
import type { Golden } from './read-golden.js';

/** The two windows of a golden training, dealt to the shards as batches are. */
export function goldenBatches(
  golden: Golden,
  { batchSize, sequenceLength }: { batchSize: number; sequenceLength: number },
  shards: number,
): Batches {
  const rows = batchSize / shards;
  const size = batchSize * sequenceLength;
  const deal = (whole: Int32Array, window: number, parts: readonly Int32Array[]) =>
    parts.forEach((part, shard) => {
      for (let t = 0; t < sequenceLength; t++) {
        for (let b = 0; b < rows; b++) part[t * rows + b] = whole[window * size + t * batchSize + shard * rows + b]!;
      }
    });
  return {
    windows: 2,
    sequenceLength,
    predictions: 2 * size,
    predictionsBefore: (window) => window * size,
    tokenCounts(vocabularySize) {
      const counts = new Float64Array(vocabularySize);
      for (const token of golden.int32('inputs')) counts[token]!++;
      return counts;
    },
    fill(window, inputs, targets, weights) {
      deal(golden.int32('inputs'), window, inputs);
      deal(golden.int32('targets'), window, targets);
      for (const part of weights) part.fill(1);
      return size;
    },
  };
}
