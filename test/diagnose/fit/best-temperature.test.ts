import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBestTemperature } from '../../../src/diagnose/fit/best-temperature.js';
import { crossEntropy, sampleOf } from './plain-softmax.js';

/** The best of a fine grid of temperatures, refined twice. */
function byGrid(rows: readonly (readonly number[])[], targets: readonly number[]): { temperature: number; loss: number } {
  let [low, high] = [Math.log(0.01), Math.log(100)];
  let best = { temperature: 1, loss: Number.POSITIVE_INFINITY };
  for (let round = 0; round < 6; round++) {
    const step = (high - low) / 60;
    for (let i = 0; i <= 60; i++) {
      const temperature = Math.exp(low + i * step);
      const loss = crossEntropy(rows, targets, temperature);
      if (loss < best.loss) best = { temperature, loss };
    }
    [low, high] = [Math.log(best.temperature) - step, Math.log(best.temperature) + step].map((at) =>
      Math.min(Math.log(100), Math.max(Math.log(0.01), at)),
    ) as [number, number];
  }
  return best;
}

/** Each target as often as a distribution says: p(v) * 20 times. */
const counts = [12, 5, 2, 1];
const targets = counts.flatMap((count, v) => new Array<number>(count).fill(v));
const calibrated = counts.map((count) => Math.log(count / 20));
const rowsOf = (row: readonly number[]) => targets.map(() => row);

describe('the best temperature', () => {
  it.each([1, 2, 0.5, 7, 0.04])('of logits that are the true ones times %d is that number', (factor) => {
    const rows = rowsOf(calibrated.map((logit) => factor * logit + 3));
    const { temperature, natsPerToken, limit } = findBestTemperature(sampleOf(rows, targets));
    expect(temperature / factor).toBeCloseTo(1, 5);
    const entropy = counts.reduce((sum, count) => sum - (count / 20) * Math.log(count / 20), 0);
    expect(natsPerToken).toBeCloseTo(entropy, 6);
    expect(limit).toBeUndefined();
  });

  it('is where a search over a grid of temperatures finds the lowest loss', () => {
    const logit = fc.double({ min: -12, max: 12, noNaN: true }).map(Math.fround);
    const prediction = fc.record({ row: fc.array(logit, { minLength: 4, maxLength: 4 }), target: fc.nat(3) });
    fc.assert(
      fc.property(fc.array(prediction, { minLength: 1, maxLength: 12 }), (predictions) => {
        const rows = predictions.map(({ row }) => row);
        const targets = predictions.map(({ target }) => target);
        const found = findBestTemperature(sampleOf(rows, targets));
        const grid = byGrid(rows, targets);
        expect(found.natsPerToken).toBeLessThanOrEqual(grid.loss + 1e-9);
        expect(found.natsPerToken).toBeCloseTo(crossEntropy(rows, targets, found.temperature), 9);
        if (found.limit === 'highest') expect(found.temperature).toBe(100);
        else if (found.limit === 'lowest') expect(found.temperature).toBe(0.01);
      }),
      { numRuns: 200 },
    );
  });

  it('is at a limit for logits that are worse than guessing, that say nothing, and that are always right', () => {
    const row = [3, 1, 0, -2];
    const worse = findBestTemperature(sampleOf([row, row], [3, 2]));
    expect(worse).toMatchObject({ temperature: 100, limit: 'highest' });
    const equal = findBestTemperature(sampleOf([[2, 2, 2, 2]], [1]));
    expect(equal).toMatchObject({ temperature: 100, limit: 'highest' });
    expect(equal.natsPerToken).toBeCloseTo(Math.log(4), 12);
    expect(findBestTemperature(sampleOf([row, row], [0, 0]))).toMatchObject({ temperature: 0.01, limit: 'lowest' });
  });

  it('leaves out tokens of probability 0', () => {
    const rows = rowsOf([...calibrated.map((logit) => 2 * logit), Number.NEGATIVE_INFINITY]);
    expect(findBestTemperature(sampleOf(rows, targets)).temperature).toBeCloseTo(2, 5);
  });
});
