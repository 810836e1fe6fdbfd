import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { histogramOf } from '../../../src/report/tensorboard/histogram.js';

const floats = fc.float32Array({ minLength: 1, maxLength: 200 });

describe('a histogram', () => {
  it('counts each finite value in the bucket whose edges enclose it, and the other values apart', () => {
    fc.assert(
      fc.property(floats, (values) => {
        const { buckets, notFinite } = histogramOf(values);
        const finite = [...values].filter(Number.isFinite);
        expect(notFinite).toBe(values.length - finite.length);
        expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(finite.length);
        for (const [i, { left, right, count }] of buckets.entries()) {
          const isLast = i === buckets.length - 1;
          expect(count).toBe(finite.filter((value) => value >= left && (value < right || (isLast && value === right))).length);
          if (!isLast) expect(buckets[i + 1]!.left).toBe(right);
        }
        if (finite.length === 0) return;
        expect(buckets[0]!.left).toBe(Math.min(...finite));
        expect(buckets.at(-1)!.right).toBe(Math.max(...finite));
      }),
      {
        examples: [[Float32Array.of(-0, 0)], [Float32Array.of(0, -0)], [Float32Array.of(-0, 1)], [Float32Array.of(-1, 0, -0)]],
      },
    );
  });

  it('has 30 buckets of equal width', () => {
    const { buckets } = histogramOf(Float32Array.from({ length: 31 }, (_, i) => i));
    expect(buckets).toEqual(Array.from({ length: 30 }, (_, i) => ({ left: i, right: i + 1, count: i === 29 ? 2 : 1 })));
  });

  it('has one bucket without width for equal values, and none without values', () => {
    expect(histogramOf(Float32Array.of(0.5, 0.5, Number.NaN))).toEqual({
      buckets: [{ left: 0.5, right: 0.5, count: 2 }],
      notFinite: 1,
    });
    expect(histogramOf(Float32Array.of(Number.POSITIVE_INFINITY))).toEqual({ buckets: [], notFinite: 1 });
    expect(histogramOf(new Float32Array(0))).toEqual({ buckets: [], notFinite: 0 });
  });

  it('includes values at both ends of float32', () => {
    const largest = 3.4028234663852886e38;
    const { buckets } = histogramOf(Float32Array.of(-largest, 0, largest));
    expect(buckets.filter(({ count }) => count > 0).map(({ count }) => count)).toEqual([1, 1, 1]);
    expect([buckets[0]!.left, buckets[29]!.right]).toEqual([-largest, largest]);
  });
});
