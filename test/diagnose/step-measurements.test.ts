import { describe, expect, it } from 'vitest';
import { gradientNoise, raisesLoss } from '../../src/diagnose/step-measurements.js';
import { createRandom } from '../../src/foundation/random.js';

describe('gradientNoise', () => {
  it('estimates the noise scale of gradients whose mean and noise are known', () => {
    const [length, batches, deviation] = [40, 400, 3];
    const random = createRandom(5);
    const mean = Float64Array.from({ length }, () => random.normal());
    const noise = gradientNoise(length);
    for (let i = 0; i < batches; i++) noise.add(Float32Array.from(mean, (value) => value + deviation * random.normal()));
    const square = mean.reduce((sum, value) => sum + value * value, 0);
    // McCandlish et al. 2018, equation 2.9: the trace of the covariance of one example's gradient, over |G|². A batch is one example here.
    const expected = (length * deviation * deviation) / square;
    expect(noise.scale(1)! / expected).toBeGreaterThan(0.9);
    expect(noise.scale(1)! / expected).toBeLessThan(1.1);
    expect(noise.scale(32)! / noise.scale(1)!).toBeCloseTo(32, 10);
  });

  it('is the sample variance over the mean product of different gradients', () => {
    const gradients = [
      [1, 2],
      [3, -1],
      [2, 2],
    ].map((values) => Float32Array.from(values));
    const noise = gradientNoise(2);
    for (const gradient of gradients) noise.add(gradient);
    const product = (a: Float32Array, b: Float32Array) => a[0]! * b[0]! + a[1]! * b[1]!;
    const pairs = [
      product(gradients[0]!, gradients[1]!),
      product(gradients[0]!, gradients[2]!),
      product(gradients[1]!, gradients[2]!),
    ];
    const signal = (pairs[0]! + pairs[1]! + pairs[2]!) / 3;
    const variance = gradients.reduce((sum, g) => sum + ((g[0]! - 2) * (g[0]! - 2) + (g[1]! - 1) * (g[1]! - 1)) / 2, 0);
    expect(noise.scale(10)).toBeCloseTo((10 * variance) / signal, 10);
  });

  it('is not known where different gradients have nothing in common', () => {
    const noise = gradientNoise(2);
    for (const gradient of [Float32Array.of(1, 0), Float32Array.of(-1, 0)]) noise.add(gradient);
    expect(noise.scale(1)).toBeUndefined();
  });
});

describe('raisesLoss', () => {
  it.each([
    [[4, 3, 2], false],
    [[4, 4.7, 3], false],
    [[4, 4.9, 3], true],
    [[4, Number.NaN], true],
  ])('%j: %s', (losses, raises) => {
    expect(raisesLoss({ losses })).toBe(raises);
  });
});
