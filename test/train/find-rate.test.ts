import { expect, test } from 'vitest';
import { proposalFrom } from '../../src/train/find-rate.js';

const pointsOf = (losses: readonly number[]) =>
  losses.map((loss, i) => ({ learningRate: 10 ** (i / 10 - 4), loss, smoothedLoss: loss }));

test('the proposed rate is a tenth of that with the lowest smoothed loss', () => {
  const losses = [...Array(10).fill(4), 4, 3.5, 3, 2.5, 2, 1.5, 2.2, 3, 4, 5];
  const { lowestAt, proposal } = proposalFrom(pointsOf(losses));
  expect(lowestAt).toBeCloseTo(10 ** -2.5, 12);
  expect(proposal).toBe(0.00032);
});

test('no rate is proposed when the loss has not fallen, or has hardly begun', () => {
  expect(proposalFrom(pointsOf(Array(30).fill(4)))).toEqual({});
  expect(proposalFrom(pointsOf([4, 3]))).toEqual({});
  expect(proposalFrom([])).toEqual({});
});
