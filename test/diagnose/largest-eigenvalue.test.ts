import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestEigenvalue, largestOfTridiagonal } from '../../src/diagnose/largest-eigenvalue.js';
import { createRandom } from '../../src/foundation/random.js';
import { testSeed } from '../random-seed.js';

/** A symmetric matrix with these eigenvalues: each of some reflections keeps them. */
function matrixWith(eigenvalues: readonly number[], seed: number): number[][] {
  const n = eigenvalues.length;
  const random = createRandom(seed);
  let matrix = eigenvalues.map((value, i) => eigenvalues.map((_, j) => (i === j ? value : 0)));
  for (let time = 0; time < 3; time++) {
    const u = Array.from({ length: n }, () => random.normal());
    const square = u.reduce((sum, value) => sum + value * value, 0);
    const reflected = (rows: number[][]) =>
      rows.map((row) => {
        const part = (2 * row.reduce((sum, value, j) => sum + value * u[j]!, 0)) / square;
        return row.map((value, j) => value - part * u[j]!);
      });
    const transposed = (rows: number[][]) => rows.map((_, i) => rows.map((row) => row[i]!));
    matrix = transposed(reflected(transposed(reflected(matrix))));
  }
  return matrix;
}

const largestOf = (matrix: readonly number[][], most: number, seed = 3) =>
  largestEigenvalue({
    length: matrix.length,
    most,
    seed,
    multiply(vector, product) {
      for (const [i, row] of matrix.entries()) product[i] = row.reduce((sum, value, j) => sum + value * vector[j]!, 0);
    },
  });

describe('largestEigenvalue', () => {
  it('is that of a matrix with known eigenvalues, also beside more negative ones', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: -9, max: 6, noNaN: true }), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 1000 }),
        async (others, seed) => {
          const { value, converged } = await largestOf(matrixWith([7, ...others], seed), 40, seed);
          expect(converged).toBe(true);
          expect(value / 7).toBeGreaterThan(0.99);
          expect(value / 7).toBeLessThan(1 + 1e-9);
        },
      ),
      { seed: testSeed, numRuns: 60 },
    ));

  it('needs far fewer products than the matrix has rows, where one eigenvalue stands out', async () => {
    const random = createRandom(2);
    const { value, products, converged } = await largestOf(
      matrixWith([30, ...Array.from({ length: 200 }, () => random.normal())], 5),
      30,
    );
    expect(converged).toBe(true);
    expect(products).toBeLessThan(12);
    expect(value).toBeCloseTo(30, 3);
  });

  it('says that it has not converged, and is then a lower bound', async () => {
    const { value, products, converged } = await largestOf(matrixWith([...Array(100).keys()], 5), 3);
    expect([products, converged]).toEqual([3, false]);
    expect(value).toBeLessThan(99);
  });

  it('of a matrix of zeros is zero', async () => {
    expect(
      await largestOf(
        [
          [0, 0],
          [0, 0],
        ],
        9,
      ),
    ).toEqual({ value: 0, products: 1, converged: true });
  });
});

describe('largestOfTridiagonal', () => {
  it('is the known one of the second difference', () => {
    for (const n of [1, 2, 5, 20]) {
      const value = largestOfTridiagonal(Array(n).fill(2), Array(n - 1).fill(-1));
      // 2 - 2 cos(pi k / (n + 1)), k = n
      expect(value).toBeCloseTo(2 - 2 * Math.cos((Math.PI * n) / (n + 1)), 10);
    }
  });
});
