/**
 * Seeded random numbers, the same bits on every machine and Node version. A counter-based generator: draw number n is a pure
 * function of (seed, stream, n), so a generator's whole state is three numbers and resuming is exact.
 *
 * Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), Philox 4x32-10.
 */
import { normalQuantile } from './special-functions.js';

/** The complete state of a generator, as plain JSON. */
export interface RandomState {
  /** An integer from 0 to 2^53 - 1. */
  seed: number;
  /** An integer from 0 to 2^53 - 1. Streams of one seed are independent sequences. */
  stream: number;
  /** How many 32-bit words have been drawn. */
  position: number;
}

export interface Random {
  /** A multiple of 2^-53 in [0, 1); draws two words. */
  uniform(): number;
  /** An integer in [0, bound), every one equally likely; `bound` is an integer from 1 to 2^53 - 1. */
  integer(bound: number): number;
  /** A draw from the normal distribution of mean 0 and variance 1, with an absolute value below 8.3; draws two words. */
  normal(): number;
  state(): RandomState;
}

const two32 = 4294967296;
const two52 = 4503599627370496;
const two53 = 9007199254740992;

/** A generator at its first draw. Throws RangeError unless `seed` and `stream` are integers from 0 to 2^53 - 1. */
export function createRandom(seed: number, stream = 0): Random {
  return restoreRandom({ seed, stream, position: 0 });
}

/** A generator that continues exactly where `state()` was called. Throws RangeError for a state that no generator can have. */
export function restoreRandom({ seed, stream, position }: RandomState): Random {
  for (const [name, value] of Object.entries({ seed, stream, position })) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${name} is ${value}, not an integer from 0 to 2^53 - 1`);
  }
  const block = new Uint32Array(4);
  const counter = Uint32Array.of(0, 0, lowWord(stream), highWord(stream));
  let blockIndex = -1;

  const word = (): number => {
    const index = Math.floor(position / 4);
    if (index !== blockIndex) {
      counter[0] = lowWord(index);
      counter[1] = highWord(index);
      philox4x32(counter, lowWord(seed), highWord(seed), block);
      blockIndex = index;
    }
    return block[position++ % 4]!;
  };
  const bits53 = (): number => (word() >>> 5) * 67108864 + (word() >>> 6);

  return {
    uniform: () => bits53() / two53,
    integer(bound) {
      if (!Number.isSafeInteger(bound) || bound < 1)
        throw new RangeError(`bound is ${bound}, not an integer from 1 to 2^53 - 1`);
      // Draws above the last whole multiple of the bound would make small results more likely: draw again.
      const limit = two53 - (two53 % bound);
      let draw = bits53();
      while (draw >= limit) draw = bits53();
      return draw % bound;
    },
    // Midpoints of equal intervals: the probability is never 0 or 1, and it is exact in a double.
    normal: () => normalQuantile((Math.floor(bits53() / 2) + 0.5) / two52),
    state: () => ({ seed, stream, position }),
  };
}

/**
 * Philox 4x32-10: writes to `out` the four random words that belong to the four counter words under a 64-bit key.
 * `out` may be `counter` itself.
 */
export function philox4x32(counter: Uint32Array, key0: number, key1: number, out: Uint32Array): void {
  let [x0, x1, x2, x3] = counter as unknown as [number, number, number, number];
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(0xd2511f53, x0);
    const low0 = Math.imul(0xd2511f53, x0);
    const high1 = multiplyHigh(0xcd9e8d57, x2);
    const low1 = Math.imul(0xcd9e8d57, x2);
    x0 = (high1 ^ x1 ^ key0) >>> 0;
    x1 = low1 >>> 0;
    x2 = (high0 ^ x3 ^ key1) >>> 0;
    x3 = low0 >>> 0;
    key0 = (key0 + 0x9e3779b9) >>> 0;
    key1 = (key1 + 0xbb67ae85) >>> 0;
  }
  out[0] = x0;
  out[1] = x1;
  out[2] = x2;
  out[3] = x3;
}

/** The upper 32 bits of the product of two unsigned 32-bit integers; every partial sum stays below 2^32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const cross = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + (middle >>> 16) + (cross >>> 16);
}

function lowWord(value: number): number {
  return value >>> 0;
}

function highWord(value: number): number {
  return Math.floor(value / two32);
}
