import { restoreRandom } from '../foundation/random.js';
import { realPower } from '../foundation/special-functions.js';

/** The stream of the seed from which random tokens are drawn. */
const RANDOM_TOKENS_STREAM = 5;

/** Writes the random tokens of a step: see `ObjectiveContext.randomTokens`. */
export interface RandomTokens {
  /**
   * @param draw number of the window among all of a run, at least 0
   * @param parts one array for each shard, [samples * T * (B / shards)]: for each sample the rows of a window, time-major
   */
  write(draw: number, parts: readonly Int32Array[]): void;
}

interface RandomTokensOptions {
  /** Occurrences of each token in the training text. */
  readonly counts: Float64Array;
  readonly batchSize: number;
  /** The most tokens that are drawn at once, for the whole batch. */
  readonly most: number;
  readonly seed: number;
}

/**
 * Draws tokens in proportion to their counts to the power 3/4 (Mikolov et al. 2013). A token is a function of the seed, `draw`, and its
 * place in the whole batch, so that shards, threads, engines and resumed runs draw the same tokens.
 */
export function createRandomTokens({ counts, batchSize, most, seed }: RandomTokensOptions): RandomTokens {
  let sum = 0;
  const cumulative = counts.map((count) => {
    sum += count === 0 ? 0 : realPower(count, 0.75);
    return sum;
  });
  return {
    write(draw, parts) {
      const random = restoreRandom({ seed, stream: RANDOM_TOKENS_STREAM, position: 2 * most * draw });
      const own = batchSize / parts.length;
      const total = parts[0]!.length * parts.length;
      for (let place = 0; place < total; place++) {
        const row = place % batchSize;
        const before = ((place - row) / batchSize) * own;
        parts[Math.floor(row / own)]![before + (row % own)] = firstAbove(cumulative, random.uniform() * sum);
      }
    },
  };
}

/** The index of the first element above x, by bisection; the elements ascend and the last one is above x. */
function firstAbove(ascending: Float64Array, x: number): number {
  let [low, high] = [0, ascending.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! > x) high = middle;
    else low = middle + 1;
  }
  return low;
}
