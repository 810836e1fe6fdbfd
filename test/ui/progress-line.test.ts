import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressLine } from '../../src/ui/progress-line.js';
import { start, step } from './events.js';

const rate = { tokensPerSecond: 52_300, secondsLeft: 83 };

describe('progressLine', () => {
  it('shows everything on a wide terminal', () => {
    const bar = `[${'='.repeat(16)}>${' '.repeat(33)}]`;
    const line = `${bar}  epoch 3/8  1,234/3,512  loss 1.235  ppl   3.44  52.3k tok/s   1m 23s left`;
    expect(progressLine(step(), rate, 1.2346, 200)).toBe(line);
  });

  it('keeps loss, time left, epoch and speed on 80 columns', () => {
    const line = progressLine(step(), rate, 1.2346, 79);
    for (const field of ['loss 1.235', '1m 23s left', 'epoch 3/8', '52.3k tok/s']) expect(line).toContain(field);
    expect(line).toHaveLength(79);
  });

  it('is never wider than the terminal, and has the loss where there is any room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 3512 }), (columns, done) => {
        const line = progressLine(step({ step: done }), rate, 1.2346, columns);
        expect(line.length).toBeLessThanOrEqual(columns);
        if (columns >= 10) expect(line).toContain('loss 1.235');
      }),
    );
  });

  it('keeps any numbers in their columns', () => {
    const places = (line: string) => [...line.matchAll(/\[|\]|epoch|\/|loss|ppl|tok|left/g)].map(({ index }) => index);
    const run = { steps: 123_456, epochs: 100 };
    const wide = places(progressLine(step({ ...run, step: 99_999, epoch: 99 }), rate, 1.5, 160));
    fc.assert(
      fc.property(
        fc.record({ step: fc.integer({ min: 1, max: 123_456 }), epoch: fc.integer({ min: 1, max: 100 }) }),
        fc.record({ tokensPerSecond: fc.double({ min: 1, max: 9e7 }), secondsLeft: fc.integer({ min: 0, max: 8e6 }) }),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        (at, speed, loss) => {
          expect(places(progressLine(step({ ...run, ...at }), speed, loss, 160))).toEqual(wide);
        },
      ),
    );
    const bar = (line: string) => line.indexOf(']');
    expect(bar(progressLine(start(run), {}, Number.NaN, 160))).toBe(wide[1]);
    expect(bar(progressLine(step(run), {}, 1.5, 160))).toBe(wide[1]);
  });

  it.each([
    [0.1234567, '0.123'],
    [9.9996, '10.00'],
    [12.345, '12.35'],
    [123.45, '123.5'],
    [99_999.4, '99999'],
    [5e11, '5e+11'],
    [Number.POSITIVE_INFINITY, '  inf'],
  ])('shows a loss of %d in five characters', (loss, shown) => {
    expect(progressLine(step(), rate, loss, 12)).toBe(`loss ${shown}`);
  });

  it('is full at the end and empty at the start', () => {
    expect(progressLine(step({ step: 3512 }), {}, 1, 200)).toContain(`[${'='.repeat(50)}]`);
    expect(progressLine(start(), {}, Number.NaN, 200).trimEnd()).toBe(`[${' '.repeat(50)}]${' '.repeat(17)}0/3,512`);
  });
});
