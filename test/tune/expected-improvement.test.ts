import { describe, expect, it } from 'vitest';
import { logExpectedImprovement, normalDistribution } from '../../src/tune/expected-improvement.js';

/** The integral of max(0, best - v) over the normal density, by Simpson's rule. */
function integrated(mean: number, deviation: number, best: number): number {
  const intervals = 20_000;
  const low = Math.min(best, mean) - 40 * deviation;
  const step = (best - low) / intervals;
  let sum = 0;
  for (let i = 0; i <= intervals; i++) {
    const v = low + i * step;
    const z = (v - mean) / deviation;
    const density = Math.exp(-0.5 * z * z) / (deviation * Math.sqrt(2 * Math.PI));
    sum += (i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2) * (best - v) * density;
  }
  return (sum * step) / 3;
}

describe('logExpectedImprovement', () => {
  it.each([
    [0, 1, 0],
    [1, 0.5, 0.3],
    [-1, 0.2, 0],
    [2, 0.7, -1.2],
    [2, 0.5, -0.4],
    [2, 0.5, -0.7],
    [3, 0.3, 0.1],
  ])('is the integral of its definition: mean %f, deviation %f, best %f', (mean, deviation, best) => {
    expect(logExpectedImprovement(mean, deviation, best)).toBeCloseTo(Math.log(integrated(mean, deviation, best)), 3);
  });

  it('compares candidates of which nothing can be expected in a float64', () => {
    const values = [50, 60, 70].map((mean) => logExpectedImprovement(mean, 1, 0));
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values).toEqual(values.toSorted((a, b) => b - a));
  });

  it('grows with the deviation and with a lower mean', () => {
    expect(logExpectedImprovement(1, 0.5, 0)).toBeGreaterThan(logExpectedImprovement(1, 0.4, 0));
    expect(logExpectedImprovement(0.9, 0.5, 0)).toBeGreaterThan(logExpectedImprovement(1, 0.5, 0));
  });
});

describe('normalDistribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [-1.959963984540054, 0.025],
    [3, 0.99865010196837],
    [-3.1, 9.676032132183562e-4],
    [-6, 9.865876450376981e-10],
    [8, 1],
  ])('P(Z < %f) is %f', (z, probability) => {
    expect(Math.abs(normalDistribution(z) / probability - 1)).toBeLessThan(1e-12);
  });
});
