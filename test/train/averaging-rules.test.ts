/** The rules by which parameters are averaged, step by step; test/train/averaging.test.ts compares the averages with PyTorch's. */
import { describe, expect, it } from 'vitest';
import type { AveragingState } from '../../src/train/averaging/averaging.js';
import { type AveragingChoice, averagingFor } from '../../src/train/averaging/index.js';

const fresh = (): AveragingState => ({ count: 0, recent: [] });
const shareOf = (choice: AveragingChoice, count: number, step = 1, steps = 20) =>
  averagingFor(choice)!.share({ epoch: 1, step, steps }, { ...fresh(), count });

describe('the share of the parameters in their average', () => {
  it('by ema is the whole at the first update, then what the decay leaves', () => {
    const plain = { type: 'ema', decay: 0.75, warmup: false };
    expect([0, 1, 5].map((count) => shareOf(plain, count))).toEqual([1, 0.25, 0.25]);
    // min(0.75, (1 + n) / (10 + n)): 2/11, 10/19, 0.75 from n = 26 on.
    const warm = [0, 1, 9, 26, 100].map((count) => shareOf({ ...plain, warmup: true }, count)!);
    [1, 9 / 11, 9 / 19, 0.25, 0.25].forEach((share, i) => void expect(warm[i]).toBeCloseTo(share, 12));
  });

  it('by tail is one of the updates since the start, a share of the run or a step', () => {
    for (const choice of [
      { type: 'tail', start: 0.5 },
      { type: 'tail', startStep: 10 },
      { type: 'tail', start: 0.1, startStep: 10 },
    ])
      expect([9, 10, 11].map((step) => shareOf(choice, 0, step))).toEqual([undefined, undefined, 1]);
    expect([15, 16].map((step) => shareOf({ type: 'tail' }, 0, step))).toEqual([undefined, 1]);
    expect([1, 2, 3].map((count) => shareOf({ type: 'tail' }, count, 18))).toEqual([1 / 2, 1 / 3, 1 / 4]);
    expect(shareOf({ type: 'tail', startStep: 0 }, 0, 1)).toBe(1);
  });

  it('by nt-asgd is one of the updates since the trigger', () => {
    expect([0, 1, 2].map((count) => shareOf({ type: 'nt-asgd', patience: 2 }, count))).toEqual([undefined, 1 / 2, 1 / 3]);
  });
});

describe('nt-asgd', () => {
  /** The validations of a run, from 1, after which averaging has begun. */
  const begunAfter = (losses: readonly number[], patience = 2) => {
    const { validated } = averagingFor({ type: 'nt-asgd', patience })!;
    const state = fresh();
    const begun = losses.findIndex((loss) => {
      validated!(loss, state);
      return state.count > 0;
    });
    return { validation: begun + 1, state };
  };

  it('begins at the first loss that is above the lowest of all but the last two before it', () => {
    expect(begunAfter([5, 4, 3, 2, 1, 0.5]).validation).toBe(0);
    // 4.5 is above 4, which is two validations older than the last two; 5 and 3.5 are the last two before it.
    expect(begunAfter([6, 4, 5, 3.5, 4.5]).validation).toBe(5);
    // 5 is not above the lowest of the older ones, 6.
    expect(begunAfter([6, 4, 5, 5]).validation).toBe(0);
    expect(begunAfter([3, 4, 5, 5]).validation).toBe(4);
    expect(begunAfter([3, 4, 5, 3]).validation).toBe(0);
    expect(begunAfter([3, 9], 1).validation).toBe(0);
    expect(begunAfter([3, 9, 4], 1).validation).toBe(3);
  });

  it('keeps the last losses and the lowest of the older ones until it begins, then nothing', () => {
    expect(begunAfter([6, 7, 5, 5.5]).state).toEqual({ count: 0, recent: [5, 5.5], lowest: 6 });
    expect(begunAfter([6, 4, 5, 3.5]).state).toEqual({ count: 0, recent: [5, 3.5], lowest: 4 });
    const { state } = begunAfter([3, 4, 5, 5]);
    expect(state).toEqual({ count: 1, recent: [] });
    averagingFor({ type: 'nt-asgd', patience: 2 })!.validated!(9, state);
    expect(state).toEqual({ count: 1, recent: [] });
  });
});
