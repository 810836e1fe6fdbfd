import { expect, test } from 'vitest';
import { orthonormalize } from '../../src/diagnose/orthonormalize.js';
import { createRandom } from '../../src/foundation/random.js';

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

test('vectors become orthonormal, and R times them are the vectors', () => {
  const random = createRandom(1);
  const vectors = Array.from({ length: 4 }, () => Float64Array.from({ length: 6 }, () => random.normal()));
  // Nearly parallel vectors need the second pass.
  vectors[3] = vectors[2]!.map((value, i) => value + (i === 1 ? 1e-5 : 0));
  const before = vectors.map((vector) => vector.slice());
  const lengths = orthonormalize(vectors);
  for (const [i, a] of vectors.entries())
    for (const [j, b] of vectors.entries()) expect(dot(a, b)).toBeCloseTo(i === j ? 1 : 0, 12);
  for (const [i, vector] of before.entries()) {
    expect(dot(vector, vectors[i]!)).toBeCloseTo(lengths[i]!, 12);
    for (const later of vectors.slice(i + 1)) expect(dot(vector, later)).toBeCloseTo(0, 12);
  }
});

test('a dependent vector has a length of its rounding, and a vector of zeros the length 0', () => {
  const vectors = [Float64Array.of(3, 4), Float64Array.of(6, 8), Float64Array.of(0, 0)];
  const [first, second, third] = orthonormalize(vectors);
  expect(first).toBe(5);
  expect(second).toBeCloseTo(10 * 1.1920929e-7, 15);
  expect(third).toBe(0);
  expect([...vectors[2]!]).toEqual([0, 0]);
});
