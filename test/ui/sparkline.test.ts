import { describe, expect, it } from 'vitest';
import { sparkline } from '../../src/ui/sparkline.js';

describe('sparkline', () => {
  it('has a bar for each value, from the lowest to the highest', () => {
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 10)).toBe('▁▂▃▄▅▆▇█');
  });

  it('shows means where there are more values than bars', () => {
    expect(sparkline([3, 5, 0, 0, 8, 8], 3)).toBe('▅▁█');
  });

  it('is flat for equal values, and empty without any', () => {
    expect(sparkline([2, 2, 2], 5)).toBe('▁▁▁');
    expect(sparkline([Number.NaN], 5)).toBe('');
  });
});
