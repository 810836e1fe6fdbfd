import { describe, expect, it } from 'vitest';
import { blockBootstrap, defaultBlockLength, largestBlockLength } from '../../src/evaluate/block-bootstrap.js';
import { createRandom } from '../../src/foundation/random.js';

/** Normal values in which each keeps a part of the one before: an autoregressive process of order 1, mean 0, variance 1. */
function series(length: number, correlation: number, seed: number): Float64Array {
  const random = createRandom(seed);
  const scale = Math.sqrt(1 - correlation * correlation);
  let value = random.normal();
  return Float64Array.from({ length }, () => {
    value = correlation * value + scale * random.normal();
    return value;
  });
}

/** The share of 120 series that have their true mean, 0, in the interval. */
function coverage(correlation: number, options: { confidence?: number; blockLength?: number }): number {
  let covered = 0;
  for (let seed = 0; seed < 120; seed++) {
    const { low, high } = blockBootstrap(series(150, correlation, seed), { resamples: 120, seed: seed + 1000, ...options })!;
    covered += Number(low <= 0 && high >= 0);
  }
  return covered / 120;
}

describe('the block bootstrap', () => {
  it('has the stated coverage where values are independent', () => {
    expect(Math.abs(coverage(0, { confidence: 0.9, blockLength: 1 }) - 0.9)).toBeLessThan(0.07);
    expect(Math.abs(coverage(0, { confidence: 0.6, blockLength: 1 }) - 0.6)).toBeLessThan(0.1);
  });

  it('has the stated coverage only with blocks where neighbours are dependent', () => {
    expect(coverage(0.8, { blockLength: 1 })).toBeLessThan(0.65);
    expect(coverage(0.8, { blockLength: 12 })).toBeGreaterThan(0.7);
  });

  it('gives the same interval for the same seed, another for another', () => {
    const values = series(500, 0.3, 1);
    expect(blockBootstrap(values, { seed: 4 })).toEqual(blockBootstrap(values, { seed: 4 }));
    expect(blockBootstrap(values, { seed: 4 })).not.toEqual(blockBootstrap(values, { seed: 5 }));
  });

  it('is wider for a higher confidence, and has no width for equal values', () => {
    const values = series(500, 0.3, 1);
    const sure = blockBootstrap(values, { confidence: 0.99 })!;
    const unsure = blockBootstrap(values, { confidence: 0.8 })!;
    expect(sure.low).toBeLessThan(unsure.low);
    expect(sure.high).toBeGreaterThan(unsure.high);
    expect(blockBootstrap(new Float64Array(100).fill(2))).toMatchObject({ low: 2, high: 2 });
  });

  it('divides by weights where values have different amounts', () => {
    const weights = Float64Array.from({ length: 300 }, (_, i) => 1 + (i % 7));
    const { low, high } = blockBootstrap(
      weights.map((weight) => 3 * weight),
      {},
      weights,
    )!;
    expect(low).toBeCloseTo(3, 12);
    expect(high).toBeCloseTo(3, 12);
  });

  it('gives no interval for less than ten blocks', () => {
    expect(blockBootstrap(series(99, 0, 1), { blockLength: 10 })).toBeUndefined();
    expect(blockBootstrap(series(100, 0, 1), { blockLength: 10 })).toBeDefined();
    expect(blockBootstrap(series(5, 0, 1))).toBeUndefined();
    expect(largestBlockLength(105)).toBe(10);
  });

  it('makes blocks of the cube root of the length, and of a thousandth in long texts', () => {
    expect([1, 8, 9, 1000, 82_430, 1_000_000].map(defaultBlockLength)).toEqual([1, 2, 3, 10, 83, 1000]);
  });
});
