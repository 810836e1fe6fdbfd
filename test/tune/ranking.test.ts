import { describe, expect, it } from 'vitest';
import { finalists, meanLoss, rankedCandidates, readyComparison } from '../../src/tune/ranking.js';
import { emptyRecord, recordBegin, recordEnd, type SearchRecord } from '../../src/tune/search-record.js';

interface Losses {
  /** Of each candidate, at the rungs that it has reached. */
  readonly candidates: readonly (readonly number[])[];
  readonly repeats?: readonly (readonly [trial: number, losses: readonly number[]])[];
  readonly ready?: readonly number[];
}

/** A search with rungs of 10, 30 and 90 steps and these losses; its seed is 1. */
function recordOf({ candidates, repeats = [], ready = [] }: Losses): SearchRecord {
  const record = emptyRecord({ config: 'a.yaml', search: ['a=linear(0,1)'], rungs: [10, 30, 90], reduction: 3, seed: 1 });
  const train = (run: Parameters<typeof recordBegin>[1], loss: number) => {
    recordBegin(record, run);
    recordEnd(record, run, { loss, steps: 10, seconds: 1 });
  };
  for (const [trial, losses] of candidates.entries())
    for (const [rung, loss] of losses.entries()) train({ kind: 'candidate', trial, rung, point: [0.5], changes: [] }, loss);
  for (const [trial, losses] of repeats)
    for (const [i, loss] of losses.entries()) train({ kind: 'repeat', trial, seed: 2 + i }, loss);
  for (const [i, loss] of ready.entries()) train({ kind: 'ready', seed: 1 + i }, loss);
  return record;
}

const numbers = (record: SearchRecord) => rankedCandidates(record).map(({ candidate: { number } }) => number);
const infinite = Number.POSITIVE_INFINITY;

describe('the ranking', () => {
  it('has longer trainings first, then lower losses, then lower numbers; what diverged is last of its rung', () => {
    const record = recordOf({ candidates: [[3, 2], [1], [3, 1, 5], [infinite], [3, 2], [1], [3, infinite]] });
    expect(numbers(record)).toEqual([2, 0, 4, 6, 1, 5, 3]);
    expect(finalists(record).map(({ number }) => number)).toEqual([2, 0, 4]);
  });

  it('has repeated candidates first, by the mean of the other seeds, not by the one with which they were chosen', () => {
    const whole = (loss: number) => [3, 3, loss];
    const record = recordOf({
      candidates: [whole(1), whole(2), whole(3)],
      repeats: [
        [0, [1.9, 2.1]],
        [1, [1.4, 1.4]],
      ],
    });
    expect(numbers(record)).toEqual([1, 0, 2]);
    expect(rankedCandidates(record)[1]!.repeated).toEqual({
      count: 2,
      mean: 2,
      deviation: expect.closeTo(Math.SQRT2 / 10, 12),
    });
  });

  it('mean and standard deviation of one seed: the deviation is not known', () => {
    expect(meanLoss([{ seed: 1, loss: 2 }])).toEqual({ count: 1, mean: 2, deviation: undefined });
  });
});

describe('the comparison with the config', () => {
  const whole = [3, 3, 1];

  it("is Student's t test of two groups, where the seed by which the candidate was chosen counts only for the spread", () => {
    const record = recordOf({ candidates: [[3, 3, 1.8]], repeats: [[0, [2.0, 2.2]]], ready: [3.0, 3.1, 2.9] });
    const { gain, margin, verdict } = readyComparison(record)!;
    expect(gain).toBeCloseTo(0.9, 12);
    // Of 3.0, 3.1, 2.9 and 1.8, 2.0, 2.2 the pooled variance is (0.02 + 0.08) / 4; scipy.stats.t.ppf(0.975, 4) is 2.7764.
    expect(margin).toBeCloseTo(2.7764 * Math.sqrt(0.025 * (1 / 3 + 1 / 2)), 3);
    expect(verdict).toBe('better');
  });

  it('is unclear where the interval includes 0, and the config stands where it has the lower loss', () => {
    const unclear = recordOf({ candidates: [[3, 3, 2]], repeats: [[0, [2.0, 2.2]]], ready: [2.2, 2.1, 2.3] });
    expect(readyComparison(unclear)).toMatchObject({ gain: expect.closeTo(0.1, 12), verdict: 'unclear' });
    const standing = recordOf({ candidates: [whole], repeats: [[0, [2.0, 2.2]]], ready: [1.2, 1.1, 1.3] });
    expect(readyComparison(standing)).toMatchObject({ gain: expect.closeTo(-0.9, 12), verdict: 'stands' });
  });

  it('knows no spread with one seed, and is never sure then', () => {
    expect(readyComparison(recordOf({ candidates: [whole], ready: [9] }))).toEqual({ gain: 8, verdict: 'unclear' });
  });

  it('knows the spread of two seeds of the candidate, by which one seed of the config is judged', () => {
    const [lone, quantile] = [recordOf({ candidates: [[3, 3, 1.9]], repeats: [[0, [2]]], ready: [3] }), 12.706];
    expect(readyComparison(lone)!.margin).toBeCloseTo(quantile * Math.sqrt(0.005 * 2), 6);
  });

  it('is won by a candidate where the config diverges, and lost where the candidate does', () => {
    const won = recordOf({ candidates: [whole], repeats: [[0, [2, 2]]], ready: [infinite, infinite] });
    expect(readyComparison(won)).toEqual({ gain: infinite, verdict: 'better' });
    const lost = recordOf({ candidates: [whole], repeats: [[0, [2, infinite]]], ready: [3, 3] });
    expect(readyComparison(lost)!.verdict).toBe('stands');
  });

  it('is not made with a candidate that was not trained to the end, nor without the config', () => {
    expect(readyComparison(recordOf({ candidates: [[3, 2]], ready: [1] }))).toBeUndefined();
    expect(readyComparison(recordOf({ candidates: [whole] }))).toBeUndefined();
    expect(readyComparison(recordOf({ candidates: [] }))).toBeUndefined();
  });
});
