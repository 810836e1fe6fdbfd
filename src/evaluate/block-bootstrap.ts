import { quantilesOf } from '../foundation/quantiles.js';
import { createRandom } from '../foundation/random.js';

export interface BootstrapOptions {
  /** Coverage probability of the interval, between 0 and 1. Default 0.95. */
  readonly confidence?: number | undefined;
  /** Values of a block. Default: see {@link defaultBlockLength}. */
  readonly blockLength?: number | undefined;
  /** Resamples. Default 1000. */
  readonly resamples?: number | undefined;
  /** The same seed gives the same interval. Default 1. */
  readonly seed?: number | undefined;
}

/** An interval for the mean over texts of the same kind. */
export interface ConfidenceInterval {
  readonly confidence: number;
  readonly low: number;
  readonly high: number;
  readonly blockLength: number;
  readonly resamples: number;
}

/** With fewer blocks the resamples are too similar, and the interval would be too narrow. */
const FEWEST_BLOCKS = 10;

/**
 * The default number of values in a block: the cube root of their number, the order at which bias and variance of the bootstrap's variance
 * are balanced (Künsch 1989; Hall, Horowitz and Jing 1995); but at least a thousandth of the values, because long texts have long-range
 * dependence, and more than a thousand blocks do not improve the interval.
 */
export function defaultBlockLength(values: number): number {
  let root = 1;
  while (root * root * root < values) root++;
  return Math.max(root, Math.ceil(values / 1000));
}

/** The largest block length for so many values that still gives an interval; 0 when there are too few values. */
export function largestBlockLength(values: number): number {
  return Math.floor(values / FEWEST_BLOCKS);
}

/**
 * Confidence interval of a mean by the circular block bootstrap (Politis and Romano 1992), percentile method. The values of a text depend
 * on their neighbours, so blocks of neighbours are drawn, not single values. The text is treated as a circle, so that its ends are drawn as
 * often as its middle. Each resample has as many values as the text; its last block is cut.
 *
 * The mean is sum(values) / sum(weights), as for a difference in nats per character; without weights, the mean of the values.
 *
 * @returns undefined when there are fewer than 10 blocks
 */
export function blockBootstrap(
  values: ArrayLike<number>,
  options: BootstrapOptions = {},
  weights?: ArrayLike<number>,
): ConfidenceInterval | undefined {
  const { confidence = 0.95, blockLength = defaultBlockLength(values.length), resamples = 1000, seed = 1 } = options;
  const n = values.length;
  if (blockLength > largestBlockLength(n)) return undefined;
  const random = createRandom(seed);
  const sums = circularSums(values, blockLength);
  const weightSums = weights && circularSums(weights, blockLength);
  const means = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    let sum = 0;
    let weight = weightSums ? 0 : n;
    for (let left = n; left > 0; left -= blockLength) {
      const start = random.integer(n);
      const end = start + Math.min(blockLength, left);
      sum += sums[end]! - sums[start]!;
      if (weightSums) weight += weightSums[end]! - weightSums[start]!;
    }
    means[r] = sum / weight;
  }
  const tail = (1 - confidence) / 2;
  const [low, high] = quantilesOf(means, [tail, 1 - tail]);
  return { confidence, low: low!, high: high!, blockLength, resamples };
}

/** Sums of the first i values, for i up to n + length; after the last value the first one follows. */
function circularSums(values: ArrayLike<number>, length: number): Float64Array {
  const n = values.length;
  const sums = new Float64Array(n + length + 1);
  for (let i = 0; i < n + length; i++) sums[i + 1] = sums[i]! + values[i % n]!;
  return sums;
}
