import { describe, expect, it } from 'vitest';
import { sparkline } from '../../src/ui/sparkline.js';

const counted = (values: readonly number[]) => values.map((_, i) => i + 1);

describe('sparkline', () => {
  it('has a bar for each value, from the lowest to the highest', () => {
    const values = [0, 1, 2, 3, 4, 5, 6, 7];
    expect(sparkline(counted(values), values, 10)).toBe('▁▂▃▄▅▆▇█');
  });

  it('shows what falls with the logarithm of the step as a straight line', () => {
    const steps = Array.from({ length: 4096 }, (_, i) => i + 1);
    const losses = steps.map((step) => 12 - Math.floor(Math.log2(step + 0.5)));
    // Eight parts of the axis are 1.5 powers of two each.
    expect(sparkline(steps, losses, 8)).toBe('█▇▆▅▄▃▂▁');
  });

  it('shows means where there are more values than bars, and no bar where there are none', () => {
    expect(sparkline([1, 10, 11, 100, 1000], [7, 3, 5, 0, 0], 3)).toBe('█▅▁');
    expect(sparkline([1, 999, 1000, 1000], [7, 0, 0, 0], 3)).toBe('█▁');
  });

  it('is flat for equal values, and empty without any', () => {
    expect(sparkline([1, 2, 3], [2, 2, 2], 5)).toBe('▁▁▁');
    expect(sparkline([1], [Number.NaN], 5)).toBe('');
  });

  it('of given bounds shows values beyond them as the lowest and the highest bar', () => {
    expect(sparkline([1, 2, 3, 4], [-5, 0, 3.5, 9], 5, [0, 7])).toBe('▁▁▅█');
  });
});
