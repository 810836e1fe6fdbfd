import { expect, it } from 'vitest';
import { wilsonInterval } from '../../src/report/wilson-interval.js';

it.each([
  [0.5, 100, 0.4038, 0.5962],
  [0, 10, 0, 0.2775],
  [1, 10, 0.7225, 1],
  [0.9, 50, 0.7864, 0.9565],
])(
  'the interval of a share of %f of %d trials has the bounds of which the share is 1.96 standard errors away',
  (share, trials, ...bounds) => {
    const found = wilsonInterval(share, trials);
    for (const [i, bound] of found.entries()) {
      expect(bound).toBeCloseTo(bounds[i]!, 4);
      const standardError = Math.sqrt((bound * (1 - bound)) / trials);
      expect(Math.abs(share - bound)).toBeCloseTo(1.959964 * standardError, 6);
    }
  },
);
