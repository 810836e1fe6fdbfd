import { describe, expect, test } from 'vitest';
import { findRate, proposalFrom } from '../../src/train/find-rate.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallConfig } from './run-fixture.js';

const pointsOf = (losses: readonly number[]) =>
  losses.map((loss, i) => ({ learningRate: 10 ** (i / 10 - 4), loss, smoothedLoss: loss }));

test('the proposed rate is a tenth of that with the lowest smoothed loss', () => {
  const losses = [...Array(10).fill(4), 4, 3.5, 3, 2.5, 2, 1.5, 2.2, 3, 4, 5];
  const { lowestAt, proposal } = proposalFrom(pointsOf(losses));
  expect(lowestAt).toBeCloseTo(10 ** -2.5, 12);
  expect(proposal).toBe(0.00032);
});

test('no rate is proposed when the loss has not fallen, or after few steps', () => {
  expect(proposalFrom(pointsOf(Array(30).fill(4)))).toEqual({});
  expect(proposalFrom(pointsOf([4, 3]))).toEqual({});
  expect(proposalFrom([])).toEqual({});
});

describe('a range test', () => {
  const run = async (learningRate: number) => {
    const config = smallConfig(temporaryFolder(), { optimizer: { type: 'sgd', learningRate }, validation: { everyEpochs: 1 } });
    return { config, found: await findRate({ config, threads: 1, now: () => 0 }) };
  };

  test('raises the rate by one factor from step to step until the smoothed loss is a tenth above that of the first steps', async () => {
    const { found } = await run(30);
    const { points, end, notices } = found;
    expect(notices).toEqual([]);
    expect(points[0]!.learningRate).toBeCloseTo(0.03, 12);
    for (const [i, { learningRate }] of points.entries())
      expect(learningRate / (0.03 * 10 ** ((6 * i) / 299)) - 1, String(i)).toBeCloseTo(0, 9);
    // The smoothed loss is the exponential mean with the weights 0.9, without the bias of its beginning.
    for (const [i, { smoothedLoss }] of points.entries()) {
      const weights = points.slice(0, i + 1).map((_, k) => 0.9 ** (i - k));
      const sum = weights.reduce((total, weight, k) => total + weight * points[k]!.loss, 0);
      expect(smoothedLoss).toBeCloseTo(sum / weights.reduce((total, weight) => total + weight, 0), 9);
    }
    expect(end).toBe('diverged');
    const limit = (1.1 * points.slice(0, 10).reduce((sum, { loss }) => sum + loss, 0)) / 10;
    const above = points.findIndex(({ smoothedLoss }, i) => i >= 10 && smoothedLoss > limit);
    // A loss that is not finite ends it, too, and is no point.
    expect(above === -1 || above === points.length - 1).toBe(true);
  });

  test('ends at the highest rate where nothing diverges', async () => {
    const { found } = await run(1e-7);
    expect(found).toMatchObject({ end: 'highest-rate' });
    expect(found.points.length).toBe(300);
    expect(found.points.at(-1)!.learningRate).toBeCloseTo(1e-4, 12);
    expect(found).not.toHaveProperty('proposal');
  });
});
