import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binLosses, powersOfTwo, singleValues } from '../../../src/diagnose/fit/loss-bins.js';

const scored = fc.array(
  fc.record({ value: fc.oneof(fc.nat(9), fc.nat(100_000)), loss: fc.double({ min: 0, max: 20, noNaN: true }) }),
  {
    maxLength: 60,
  },
);

describe('losses in bins', () => {
  it.each([
    [0, 0, 0],
    [1, 1, 1],
    [2, 2, 3],
    [3, 2, 3],
    [4, 4, 7],
    [2 ** 31, 2 ** 31, 2 ** 32 - 1],
    [2 ** 48 - 1, 2 ** 47, 2 ** 48 - 1],
    [2 ** 48, 2 ** 48, 2 ** 49 - 1],
  ])('of powers of two: %d lies in %d to %d', (value, from, to) => {
    expect(binLosses([1.5], [value], powersOfTwo)).toEqual([
      { from, to, predictions: 1, natsPerToken: 1.5, share: 1, lossShare: 1 },
    ]);
  });

  it.each([
    ['powers of two', powersOfTwo],
    ['single values', singleValues],
  ])('of %s have the means and shares of a plain loop, in ascending order', (_, binning) => {
    fc.assert(
      fc.property(scored, (items) => {
        const bins = binLosses(
          items.map(({ loss }) => loss),
          items.map(({ value }) => value),
          binning,
        );
        const total = items.reduce((sum, { loss }) => sum + loss, 0);
        let end = -1;
        let counted = 0;
        for (const { from, to, predictions, natsPerToken, share, lossShare } of bins) {
          expect(from).toBeGreaterThan(end);
          end = to;
          const own = items.filter(({ value }) => value >= from && value <= to);
          const nats = own.reduce((sum, { loss }) => sum + loss, 0);
          expect(predictions).toBe(own.length);
          expect(natsPerToken).toBeCloseTo(nats / own.length, 9);
          expect(share).toBeCloseTo(own.length / items.length, 12);
          expect(lossShare).toBeCloseTo(total === 0 ? 0 : nats / total, 9);
          counted += predictions;
        }
        expect(counted).toBe(items.length);
        expect(bins.every(({ predictions }) => predictions > 0)).toBe(true);
      }),
    );
  });

  it('need a value for each loss', () => {
    expect(() => binLosses([1, 2], [3], singleValues)).toThrow('2 losses for 1 predictions');
    expect(() => binLosses([1], [3, 4], singleValues)).toThrow('1 losses for 2 predictions');
  });
});
