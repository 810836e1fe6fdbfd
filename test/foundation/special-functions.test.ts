import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cosineAndSine, normalQuantile, realPower } from '../../src/foundation/special-functions.js';

// Python 3.11: statistics.NormalDist().inv_cdf(p).
it.each([
  [1.1102230246251565e-16, -8.209536151601386],
  [1e-12, -7.034483825301132],
  [1e-5, -4.2648907939228256],
  [0.01, -2.3263478740408408],
  [0.07, -1.4757910281791702],
  [0.075, -1.4395314709384557],
  [0.3, -0.5244005127080407],
  [0.5, 0],
  [0.9, 1.2815515655446008],
  [0.99999, 4.26489079392384],
  [0.9999999999999999, 8.209536151601386],
])('of %d is %d', (probability, expected) => {
  expect(Math.abs(normalQuantile(probability) - expected)).toBeLessThanOrEqual(2e-16 * Math.max(1, Math.abs(expected)) * 2);
});

it('increases with the probability', () => {
  const probability = fc.double({ min: 1e-16, max: 1 - 1e-16, noNaN: true });
  fc.assert(
    fc.property(probability, probability, (a, b) => {
      const [low, high] = a < b ? [a, b] : [b, a];
      expect(normalQuantile(low)).toBeLessThanOrEqual(normalQuantile(high) + 1e-14);
    }),
  );
});

it.each([
  [0.96, 0.004],
  [0.96, 1],
  [1.5, -0.55],
  [2, 0.55],
  [123_456, 0.55],
  [1e9, -0.55],
  [1, 3],
])('%d to the power %d is what Math.pow gives', (base, exponent) => {
  expect(Math.abs(realPower(base, exponent) / base ** exponent - 1)).toBeLessThan(4e-15);
});

describe('the cosine and the sine', () => {
  it('equal Math.cos and Math.sin up to rounding, in all quadrants and for large angles', () => {
    for (let i = -4000; i <= 4000; i++) {
      const angle = i * 0.9876;
      const [cosine, sine] = cosineAndSine(angle);
      expect(Math.abs(cosine - Math.cos(angle)), `cos ${angle}`).toBeLessThan(1e-12);
      expect(Math.abs(sine - Math.sin(angle)), `sin ${angle}`).toBeLessThan(1e-12);
    }
  });

  it('are exact where they are simple', () => {
    expect(cosineAndSine(0)).toEqual([1, 0]);
    expect(cosineAndSine(Math.PI)[0]).toBe(-1);
    expect(cosineAndSine(-Math.PI / 2)[1]).toBe(-1);
  });
});
