import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { SOBOL_DIMENSIONS, scrambledSobol, sobolIntegers } from '../../src/tune/sobol.js';
import { testSeed } from '../random-seed.js';

const fractions = (index: number, dimensions: number) => [...sobolIntegers(index, dimensions)].map((x) => x / 4294967296);
const dimensions = Array.from({ length: SOBOL_DIMENSIONS }, (_, i) => i);

/** The squared L2 star discrepancy (Warnock 1972). */
function discrepancy(points: readonly (readonly number[])[]): number {
  const n = points.length;
  const d = points[0]?.length ?? 0;
  const product = (values: readonly number[]) => values.reduce((a, b) => a * b, 1);
  const single = points.map((point) => product(point.map((x) => (1 - x * x) / 2))).reduce((a, b) => a + b, 0);
  const double = points
    .flatMap((one) => points.map((other) => product(one.map((x, i) => 1 - Math.max(x, other[i] ?? 0)))))
    .reduce((a, b) => a + b, 0);
  return 1 / 3 ** d - (2 / n) * single + double / (n * n);
}

/** How many points lie in each of `parts` equal intervals. */
function counts(values: readonly number[], parts: number): number[] {
  const result = new Array<number>(parts).fill(0);
  for (const value of values) result[Math.floor(value * parts)]! += 1;
  return result;
}

describe('the Sobol sequence', () => {
  it('begins with the published points of Joe and Kuo, in the order of binary numbers', () => {
    // The program of Joe and Kuo prints them in the order of Gray codes: 0, 1, 3, 2, 6, 7, 5, 4.
    const published = [
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25, 0.25, 0.75, 0.75, 0.25, 0.75, 0.75, 0.75],
      [0.25, 0.75, 0.75, 0.75, 0.25, 0.25, 0.75, 0.25, 0.25, 0.25],
      [0.375, 0.375, 0.625, 0.875, 0.375, 0.125, 0.375, 0.875, 0.875, 0.625],
      [0.875, 0.875, 0.125, 0.375, 0.875, 0.625, 0.875, 0.375, 0.375, 0.125],
      [0.625, 0.125, 0.875, 0.625, 0.625, 0.875, 0.125, 0.125, 0.125, 0.375],
      [0.125, 0.625, 0.375, 0.125, 0.125, 0.375, 0.625, 0.625, 0.625, 0.875],
    ];
    expect([0, 1, 3, 2, 6, 7, 5, 4].map((index) => fractions(index, 10))).toEqual(published);
  });

  it('has a point in each of n equal intervals of every dimension, for each n that is a power of two', () => {
    for (const parts of [2, 8, 64, 1024]) {
      const points = Array.from({ length: parts }, (_, i) => fractions(i, SOBOL_DIMENSIONS));
      for (const i of dimensions)
        expect(
          new Set(
            counts(
              points.map((point) => point[i]!),
              parts,
            ),
          ),
        ).toEqual(new Set([1]));
    }
  });

  it('has dimensions that differ from one another', () => {
    const points = Array.from({ length: 64 }, (_, i) => fractions(i, SOBOL_DIMENSIONS));
    expect(new Set(dimensions.map((i) => String(points.map((point) => point[i])))).size).toBe(SOBOL_DIMENSIONS);
  });

  it('has all pairs of its first two dimensions in each elementary interval', () => {
    // A (0, 4, 2)-net: 16 points, one in each box of every shape with area 1/16.
    const points = Array.from({ length: 16 }, (_, i) => fractions(i, 2));
    for (const rows of [1, 2, 4, 8, 16]) {
      const boxes = points.map(([x, y]) => Math.floor(x! * rows) * (16 / rows) + Math.floor(y! * (16 / rows)));
      expect(new Set(boxes).size).toBe(16);
    }
  });
});

describe('the scrambled sequence', () => {
  it('keeps one point in each interval of every dimension', () => {
    for (const parts of [4, 32, 256]) {
      const points = Array.from({ length: parts }, (_, i) => scrambledSobol(i, SOBOL_DIMENSIONS, testSeed));
      for (const i of dimensions)
        expect(
          new Set(
            counts(
              points.map((point) => point[i]!),
              parts,
            ),
          ),
        ).toEqual(new Set([1]));
    }
  });

  it('is more even than random points', () => {
    const random = createRandom(testSeed);
    const even = discrepancy(Array.from({ length: 128 }, (_, i) => scrambledSobol(i, 4, testSeed)));
    const others = Array.from({ length: 10 }, () =>
      discrepancy(Array.from({ length: 128 }, () => Array.from({ length: 4 }, () => random.uniform()))),
    );
    expect(even).toBeLessThan(Math.min(...others));
  });

  it('depends on the seed, and a point on nothing else', () => {
    expect(scrambledSobol(5, 3, 7)).toEqual(scrambledSobol(5, 4, 7).slice(0, 3));
    expect(scrambledSobol(5, 3, 7)).not.toEqual(scrambledSobol(5, 3, 8));
    expect(scrambledSobol(5, 3, 7)).not.toEqual(scrambledSobol(5, 3, 7 + 4294967296));
  });

  it('is uniform over the seeds: the first point is anywhere, never on a bound', () => {
    const values = Array.from({ length: 4000 }, (_, seed) => scrambledSobol(0, 1, seed)[0]!);
    for (const count of counts(values, 10)) expect(Math.abs(count - 400)).toBeLessThan(5 * Math.sqrt(360));
    expect(values.every((value) => value > 0 && value < 1)).toBe(true);
  });
});
