import { describe, expect, it } from 'vitest';
import { ticksOf } from '../../../src/report/svg/ticks.js';

describe('the ticks of an axis', () => {
  it.each([
    [[0, 10], false, ['0', '2', '4', '6', '8', '10']],
    [[0.3, 1.1], false, ['0.4', '0.6', '0.8', '1']],
    [[10, 100_000], false, ['20k', '40k', '60k', '80k', '100k']],
    [[0.00001, 0.00004], false, ['1e-5', '2e-5', '3e-5', '4e-5']],
    [[0.02, 300], true, ['0.1', '1', '10', '100']],
    [[2, 5], true, ['2', '3', '4', '5']],
    [[7, 7], false, ['7']],
    [[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY], false, []],
  ] as const)('of %j, logarithmic %j', (range, isLogarithmic, labels) => {
    expect(ticksOf(range, 5, isLogarithmic).map(({ label }) => label)).toEqual(labels);
  });
});
