import { philox4x32 } from '../../foundation/random.js';
import { normalQuantile } from '../../foundation/special-functions.js';
import { apply, type Node, type Operation } from '../node.js';

const two32 = 4294967296;

/** The site of these draws. Dropout masks use sites counted from 0, so no draw is shared. */
export const NOISE_SITE = 0x6e6f6973;

export const gaussianNoiseOperation: Operation = {
  name: 'gaussianNoise',
  shape: (_, { rows, columns }) => ({ rows: rows as number, columns: columns as number }),
  scope: () => 'shared',
  gradient: () => [undefined],
  reference([step], { attributes }, output) {
    const { offset, keyLow, keyHigh } = attributes as Record<string, number>;
    const draws = new Uint32Array(4);
    output.forEach((_, i) => {
      const place = offset! + i;
      if (i === 0 || place % 4 === 0)
        philox4x32(Uint32Array.of(Math.floor(place / 4), 0, NOISE_SITE, step![0]!), keyLow!, keyHigh!, draws);
      output[i] = normalQuantile((draws[place % 4]! + 0.5) / two32);
    });
  },
};

interface GaussianNoiseOptions {
  rows: number;
  columns: number;
  /** Number of the first element among all elements that are drawn for a step. */
  offset: number;
  seed: number;
}

/**
 * Independent draws from the normal distribution of mean 0 and variance 1, with absolute values below 6.4. Every element is a pure function
 * of seed, step and its number (Philox 4x32-10). Shards, threads, engines and resumed runs therefore draw the same values. `step` is an
 * integer scalar.
 */
export function gaussianNoise(step: Node, { rows, columns, offset, seed }: GaussianNoiseOptions): Node {
  const keyLow = seed >>> 0;
  const keyHigh = Math.floor(seed / two32) >>> 0;
  return apply(gaussianNoiseOperation, [step], { rows, columns, offset, keyLow, keyHigh });
}
