import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressLine } from '../../src/ui/progress-line.js';
import { start, step } from './events.js';

const rate = { tokensPerSecond: 52_300, secondsLeft: 83 };

describe('progressLine', () => {
  it('shows everything on a wide terminal', () => {
    const bar = `[${'='.repeat(16)}>${' '.repeat(33)}]`;
    const line = `${bar}  epoch 3/8  1,234/3,512  loss 1.235  ppl 3.44  52.3k tok/s  1m 23s left`;
    expect(progressLine(step(), rate, 200)).toBe(line);
  });

  it('keeps loss, time left, epoch and speed on 80 columns', () => {
    const line = progressLine(step(), rate, 79);
    for (const field of ['loss 1.235', '1m 23s left', 'epoch 3/8', '52.3k tok/s']) expect(line).toContain(field);
    expect(line).toHaveLength(79);
  });

  it('is never wider than the terminal, and has the loss where there is any room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 0, max: 3512 }), (columns, done) => {
        const line = progressLine(step({ step: done }), rate, columns);
        expect(line.length).toBeLessThanOrEqual(columns);
        if (columns >= 30) expect(line).toContain('loss');
      }),
    );
  });

  it('is full at the end and empty at the start', () => {
    expect(progressLine(step({ step: 3512 }), {}, 200)).toContain(`[${'='.repeat(50)}]`);
    expect(progressLine(start(), {}, 200)).toBe(`[${' '.repeat(50)}]  0/3,512`);
  });
});
