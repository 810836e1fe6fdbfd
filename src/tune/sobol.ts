import { philox4x32 } from '../foundation/random.js';

/**
 * Primitive polynomials and first direction numbers of the dimensions after the first one: degree s, coefficients a, and m_1 ... m_s.
 * Source: Joe and Kuo, "Constructing Sobol sequences with better two-dimensional projections" (2008), table new-joe-kuo-6.21201.
 */
const polynomials: readonly (readonly [degree: number, coefficients: number, numbers: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
];

/** Dimensions that have direction numbers. */
export const SOBOL_DIMENSIONS = polynomials.length + 1;

const BITS = 32;
const two32 = 4294967296;

/** The direction numbers of a dimension, counted from 0: the binary fractions v_1, v_2, ... as 32-bit integers. */
function directionNumbers(dimension: number): Uint32Array {
  const v = new Uint32Array(BITS);
  if (dimension === 0) return v.map((_, i) => (1 << (BITS - 1 - i)) >>> 0);
  const [degree, coefficients, numbers] = polynomials[dimension - 1]!;
  for (let i = 0; i < BITS; i++) {
    if (i < degree) {
      v[i] = (numbers[i]! << (BITS - 1 - i)) >>> 0;
      continue;
    }
    let value = v[i - degree]! ^ (v[i - degree]! >>> degree);
    for (let k = 1; k < degree; k++) if ((coefficients >>> (degree - 1 - k)) & 1) value ^= v[i - k]!;
    v[i] = value >>> 0;
  }
  return v;
}

const directions = Array.from({ length: SOBOL_DIMENSIONS }, (_, dimension) => directionNumbers(dimension));

/** Coordinates of a point of the Sobol sequence as multiples of 2^-32, in the order of the binary number `index` (not of Gray codes). */
export function sobolIntegers(index: number, dimensions: number): Uint32Array {
  return Uint32Array.from({ length: dimensions }, (_, dimension) => {
    const v = directions[dimension]!;
    let x = 0;
    for (let bit = 0; bit < BITS; bit++) if ((index >>> bit) & 1) x ^= v[bit]!;
    return x >>> 0;
  });
}

/**
 * Point number `index` of a scrambled Sobol sequence: coordinates between 0 and 1, both excluded. Every bit of a coordinate is flipped or not
 * by a random number that depends on all bits before it (Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences"), so each point is
 * uniform in the cube and the points keep the even distribution of the sequence.
 * @param dimensions at most `SOBOL_DIMENSIONS`
 */
export function scrambledSobol(index: number, dimensions: number, seed: number): number[] {
  return [...sobolIntegers(index, dimensions)].map((x, dimension) => (scramble(x, dimension, seed) + 0.5) / two32);
}

function scramble(x: number, dimension: number, seed: number): number {
  const words = new Uint32Array(4);
  let scrambled = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const before = bit === 0 ? 0 : x >>> (BITS - bit);
    words.set([before, bit, dimension, 0x50b01]);
    philox4x32(words, seed >>> 0, Math.floor(seed / two32), words);
    scrambled = ((scrambled << 1) | (((x >>> (BITS - 1 - bit)) ^ words[0]!) & 1)) >>> 0;
  }
  return scrambled;
}
