import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { downsample } from '../../src/report/downsample.js';

const seriesOf = (values: readonly number[]) => ({ steps: values.map((_, i) => 10 * (i + 1)), values });

describe('downsample', () => {
  it('returns a short series as it is', () => {
    const series = seriesOf([3, 1, 2]);
    expect(downsample(series, 4)).toEqual(series);
  });

  it('keeps the lowest and the highest value of each part, at their steps', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i === 37 ? 99 : i === 38 ? -99 : i % 3));
    const { steps, values: kept } = downsample(seriesOf(values), 22);
    expect(kept.length).toBeLessThanOrEqual(22);
    expect([kept[steps.indexOf(380)], kept[steps.indexOf(390)]]).toEqual([99, -99]);
    expect([steps[0], steps.at(-1)]).toEqual([10, 1000]);
  });

  it('keeps, of any series, the extremes, both ends, the order, and no more than allowed', () => {
    const values = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(values, fc.integer({ min: 4, max: 60 }), (all, most) => {
        const series = seriesOf(all);
        const found = downsample(series, most);
        expect(found.steps.length).toBeLessThanOrEqual(most);
        expect(found.steps).toEqual([...new Set(found.steps)].sort((a, b) => a - b));
        expect(found.steps.map((step) => all[step / 10 - 1])).toEqual(found.values);
        expect([found.steps[0], found.steps.at(-1)]).toEqual([10, 10 * all.length]);
        expect(Math.min(...found.values)).toBe(Math.min(...all));
        expect(Math.max(...found.values)).toBe(Math.max(...all));
      }),
    );
  });
});
