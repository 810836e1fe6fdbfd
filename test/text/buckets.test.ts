import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketBounds } from '../../src/text/buckets.js';

/** Steps of all batches, as the definition says. */
function stepsOf(bounds: readonly number[], lengths: readonly number[], batchSize: number): number {
  return bounds.reduce((sum, bound, i) => {
    const before = i === 0 ? 0 : bounds[i - 1]!;
    const count = lengths.filter((length) => length > before && length <= bound).length;
    return sum + Math.ceil(count / batchSize) * bound;
  }, 0);
}

/** All sets of at most `most` of the different lengths, with the greatest. */
function* allBounds(lengths: readonly number[], most: number): Generator<number[]> {
  const different = [...new Set(lengths)].sort((a, b) => a - b);
  const greatest = different.pop()!;
  for (let chosen = 0; chosen < 1 << different.length; chosen++) {
    const bounds = different.filter((_, i) => (chosen >> i) & 1);
    if (bounds.length < most) yield [...bounds, greatest];
  }
}

describe('the bounds of buckets', () => {
  it('are those with the fewest steps of all possible ones', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 40 });
    const sizes = fc.record({ most: fc.integer({ min: 1, max: 5 }), batchSize: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(lengths, sizes, (all, { most, batchSize }) => {
        const bounds = bucketBounds(all, most, batchSize);
        expect(bounds.length).toBeLessThanOrEqual(most);
        expect(bounds).toEqual([...new Set(bounds)].sort((a, b) => a - b));
        expect(bounds.at(-1)).toBe(Math.max(...all));
        const fewest = Math.min(...[...allBounds(all, most)].map((other) => stepsOf(other, all, batchSize)));
        expect(stepsOf(bounds, all, batchSize)).toBe(fewest);
      }),
      { numRuns: 200 },
    );
  });

  it('are chosen from some of the lengths where there are thousands', () => {
    const lengths = Array.from({ length: 3000 }, (_, i) => i + 1);
    const bounds = bucketBounds(lengths, 3, 8);
    expect(bounds).toHaveLength(3);
    expect(bounds.at(-1)).toBe(3000);
    const third = [1000, 2000, 3000];
    expect(stepsOf(bounds, lengths, 8) / stepsOf(third, lengths, 8)).toBeLessThan(1.001);
  });
});
