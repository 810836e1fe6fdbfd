import { type Batches, batchesOfEpoch } from './batches.js';

/** Arrays of a window, one for each shard of the whole batch. */
interface FilledWindow {
  readonly inputs: readonly Int32Array[];
  readonly targets: readonly Int32Array[];
  readonly weights: readonly Float32Array[];
  readonly keeps: readonly Float32Array[];
}

/**
 * Divides the rows of each batch into equal parts that are read one after another: part i has the shards from i * shards on. What concerns
 * the whole batch (`predictions`, `predictionsBefore`) stays as it is; `fill` returns the predictions of the part. The text of a window is
 * read once for all parts.
 *
 * @param batches whose `fill` writes count * shards arrays
 * @param shards of each part
 */
export function microbatches(batches: Batches, count: number, shards: number): readonly Batches[] {
  if (count === 1) return [batches];
  const forward = partsOf(batches, count, shards);
  if (batches.reversed === undefined) return forward;
  const reversed = partsOf(batches.reversed, count, shards);
  return forward.map((part, i) => ({ ...part, reversed: reversed[i]! }));
}

function partsOf(batches: Batches, count: number, shards: number): Batches[] {
  let windowInMemory: { readonly from: Batches; readonly window: number; readonly filled: FilledWindow } | undefined;
  const read = (from: Batches, window: number, length: number): FilledWindow => {
    if (windowInMemory?.from === from && windowInMemory.window === window) return windowInMemory.filled;
    const allShards = <T>(create: () => T) => Array.from({ length: count * shards }, create);
    const filled = {
      inputs: allShards(() => new Int32Array(length)),
      targets: allShards(() => new Int32Array(length)),
      weights: allShards(() => new Float32Array(length)),
      keeps: allShards(() => new Float32Array(length)),
    };
    from.fill(window, filled.inputs, filled.targets, filled.weights, from.resets ? filled.keeps : undefined);
    windowInMemory = { from, window, filled };
    return filled;
  };
  const partOf = (whole: Batches, first: number): Batches => ({
    ...whole,
    fill(window, inputs, targets, weights, keeps) {
      const filled = read(whole, window, inputs[0]!.length);
      let counted = 0;
      for (let shard = 0; shard < shards; shard++) {
        inputs[shard]!.set(filled.inputs[first + shard]!);
        targets[shard]!.set(filled.targets[first + shard]!);
        weights[shard]!.set(filled.weights[first + shard]!);
        if (keeps) keeps[shard]!.set(filled.keeps[first + shard]!);
        for (const weight of weights[shard]!) counted += weight;
      }
      return counted;
    },
  });
  return Array.from({ length: count }, (_, i) => {
    const part = partOf(batches, i * shards);
    if (batches.epoch === undefined) return part;
    let last: { readonly whole: Batches; readonly part: Batches } | undefined;
    const epoch = (number: number) => {
      const whole = batchesOfEpoch(batches, number);
      if (last?.whole !== whole) last = { whole, part: partOf(whole, i * shards) };
      return last.part;
    };
    return { ...part, epoch };
  });
}
