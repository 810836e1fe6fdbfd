import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tokenVectors } from '../../src/evaluate/nearest-tokens.js';

const rows = (...vectors: number[][]) => tokenVectors(Float32Array.from(vectors.flat()), vectors.length);

describe('nearest', () => {
  test('orders the other tokens by the cosine of the angle, whatever the lengths of the vectors', () => {
    const vectors = rows([2, 0], [0, 5], [3, 3], [-1, 0], [0.1, 0.01]);
    expect(vectors.nearest(0, 10)).toEqual([
      { id: 4, similarity: expect.closeTo(10 / Math.sqrt(101), 6) },
      { id: 2, similarity: expect.closeTo(Math.SQRT1_2, 6) },
      { id: 1, similarity: 0 },
      { id: 3, similarity: -1 },
    ]);
  });

  test('gives as many tokens as asked for; of equally similar ones those with the lowest ids', () => {
    const vectors = rows([1, 0], [0, 1], [0, 2], [0, -1], [1, 1]);
    expect(vectors.nearest(0, 3).map(({ id }) => id)).toEqual([4, 1, 2]);
  });

  test('a vector of zeros has the similarity 0 with every other one', () => {
    const vectors = rows([0, 0], [1, 2], [-3, 1]);
    expect(vectors.nearest(0, 2)).toEqual([
      { id: 1, similarity: 0 },
      { id: 2, similarity: 0 },
    ]);
    expect(vectors.nearest(1, 1)).toEqual([{ id: 0, similarity: 0 }]);
  });

  test('is symmetric and within -1 and 1', () => {
    const matrix = fc.array(fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 3, maxLength: 3 }), {
      minLength: 2,
      maxLength: 6,
    });
    fc.assert(
      fc.property(matrix, (vectors) => {
        const all = rows(...vectors);
        const similarity = (from: number, to: number) => all.nearest(from, 9).find(({ id }) => id === to)!.similarity;
        for (let i = 1; i < vectors.length; i++) {
          expect(similarity(0, i)).toBeCloseTo(similarity(i, 0), 6);
          expect(Math.abs(similarity(0, i))).toBeLessThanOrEqual(1 + 1e-12);
        }
      }),
    );
  });
});

test('analogous orders tokens by the angle to b - a + c of vectors of length 1, without a, b and c', () => {
  // man, king, woman, and what differs from them by the same direction, at other lengths.
  const vectors = rows([1, 0, 0], [1, 1, 0], [1, 0, 1], [3, 3, 3], [0, 1, 0], [-1, 0, 0]);
  const unit = Math.SQRT1_2;
  const target = [unit - 1 + unit, unit, unit];
  const length = Math.hypot(...target);
  const near = vectors.analogous(0, 1, 2, 2);
  expect(near).toEqual([
    { id: 3, similarity: expect.closeTo(target.reduce((sum, x) => sum + x, 0) / (length * Math.sqrt(3)), 6) },
    { id: 4, similarity: expect.closeTo(unit / length, 6) },
  ]);
});
