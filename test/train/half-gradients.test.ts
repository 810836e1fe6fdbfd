import { describe, expect, it } from 'vitest';
import { gradientNoise } from '../../src/diagnose/step-measurements.js';
import { createRandom } from '../../src/foundation/random.js';
import { noiseFromHalves } from '../../src/train/half-gradients.js';

const LENGTH = 30;
const random = createRandom(9);
/** The mean gradient of so many tokens, each with independent normal noise of the same variance. */
const meanOf = (mean: Float64Array, deviation: number, tokens: number) =>
  Float64Array.from(mean, (value) => value + (deviation / Math.sqrt(tokens)) * random.normal());

/** Both halves as training has them: the whole mean, and the part of the first half in it. */
function halvesOf(a: Float64Array, b: Float64Array, [first, second]: readonly [number, number]) {
  const half = Float32Array.from(a, (value) => (value * first) / (first + second));
  const whole = Float32Array.from(a, (value, i) => (value * first + b[i]! * second) / (first + second));
  return { whole, half };
}

describe('noiseFromHalves', () => {
  it.each([
    [100, 100],
    [60, 200],
  ])('estimates square and variance without bias: %d and %d tokens', (first, second) => {
    const deviation = 4;
    const mean = Float64Array.from({ length: LENGTH }, () => random.normal());
    const expected = mean.reduce((sum, value) => sum + value * value, 0);
    const samples = 3000;
    let [square, variance] = [0, 0];
    for (let i = 0; i < samples; i++) {
      const tokens = [first, second] as const;
      const { whole, half } = halvesOf(meanOf(mean, deviation, first), meanOf(mean, deviation, second), tokens);
      const estimate = noiseFromHalves(whole, half, tokens);
      square += estimate.square / samples;
      variance += estimate.variance / samples;
    }
    expect(square / expected).toBeGreaterThan(0.97);
    expect(square / expected).toBeLessThan(1.03);
    const trace = LENGTH * deviation * deviation;
    expect(variance / trace).toBeGreaterThan(0.97);
    expect(variance / trace).toBeLessThan(1.03);
  });

  it('of equal halves is the noise scale of two batches', () => {
    const mean = Float64Array.from({ length: LENGTH }, () => random.normal());
    const [a, b] = [meanOf(mean, 1, 10), meanOf(mean, 1, 10)];
    const { whole, half } = halvesOf(a, b, [10, 10]);
    const noise = gradientNoise(LENGTH);
    for (const batch of [a, b]) noise.add(Float32Array.from(batch));
    const { square, variance } = noiseFromHalves(whole, half, [10, 10]);
    expect(variance / square).toBeCloseTo(noise.scale(10)!, 3);
  });
});
