import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { nextJob } from '../../src/tune/next-job.js';
import { changesAt, searchSpace } from '../../src/tune/search-space.js';
import type { SearchJob, SearchSettings, Trial } from '../../src/tune/trial.js';
import { testSeed } from '../random-seed.js';

const space = searchSpace(['a=log(1e-4,1)', 'b=linear(0,1)', 'model.dropout=linear(0,0.6)']);
const settings: SearchSettings = { space, rungs: [10, 30, 90], reduction: 3, seed: testSeed };

/** The end of a job: its result is added to its candidate. */
function ended(trials: readonly Trial[], { trial, point, rung }: SearchJob, loss: number): Trial[] {
  const before = trials.find(({ number }) => number === trial) ?? { number: trial, point, results: [] };
  return [...trials.filter((one) => one !== before), { ...before, results: [...before.results, { rung, loss }] }];
}

/** A loss that falls from rung to rung, with its lowest value at the last rung at (0.3, 0.7, 0.4); earlier, less dropout looks better. */
function lossOf({ point, rung }: SearchJob): number {
  const [a, b, c] = point as [number, number, number];
  const best = 0.4 * (rung / 2);
  return 2 + 3 * (a - 0.3) ** 2 + (b - 0.7) ** 2 + (c - best) ** 2 - 0.4 * rung;
}

function search(jobs: number, loss = lossOf, given = settings): Trial[] {
  let trials: Trial[] = [];
  for (let i = 0; i < jobs; i++) {
    const job = nextJob(given, trials, []);
    trials = ended(trials, job, loss(job));
  }
  return trials;
}

const lastLosses = (trials: readonly Trial[]) => trials.flatMap(({ results }) => results[2]?.loss ?? []);

describe('nextJob', () => {
  it('depends on its arguments alone, not on the order of the trials', () => {
    const trials = search(30);
    const job = nextJob(settings, trials, []);
    expect(nextJob(settings, structuredClone(trials), [])).toEqual(job);
    expect(nextJob(settings, trials.toReversed(), [])).toEqual(job);
  });

  it('begins with other candidates for another seed', () => {
    expect(nextJob({ ...settings, seed: 1 }, [], []).point).not.toEqual(nextJob({ ...settings, seed: 2 }, [], []).point);
  });

  it('numbers candidates in their order, and gives each job once', () => {
    const running: SearchJob[] = [];
    for (let i = 0; i < 14; i++) running.push(nextJob(settings, [], running));
    expect(running.map(({ trial, rung }) => [trial, rung])).toEqual(running.map((_, i) => [i, 0]));
    const trials = running.slice(0, 9).reduce<Trial[]>((all, job) => ended(all, job, lossOf(job)), []);
    const rest = running.slice(9);
    const next = Array.from({ length: 5 }, () => {
      const job = nextJob(settings, trials, rest);
      rest.push(job);
      return `${job.trial} ${job.rung}`;
    });
    expect(new Set(next).size).toBe(5);
  });

  it('never tries the same config twice while there are others, and ends with repetitions where there are none', () => {
    const small = { ...settings, space: searchSpace(['a=x,y,z', 'b=integer(1,6)']) };
    const trials = search(60, ({ point }) => 2 + point[1]!, small);
    const configs = trials.toSorted((a, b) => a.number - b.number).map(({ point }) => String(changesAt(small.space, point)));
    expect(new Set(configs.slice(0, 18)).size).toBe(18);
    expect(trials.length).toBeGreaterThan(18);
  });

  it('keeps all coordinates between 0 and 1', () => {
    for (const { point } of search(40, ({ point: [a, b, c] }) => 1 + a! + b! + c!))
      expect(point.every((coordinate) => coordinate > 0 && coordinate < 1)).toBe(true);
  });

  it('goes on when trainings diverge, even all of them', () => {
    const half = search(40, (job) => (job.point[0]! > 0.5 ? Number.POSITIVE_INFINITY : lossOf(job)));
    expect(lastLosses(half).every(Number.isFinite)).toBe(true);
    expect(half.filter(({ point }) => point[0]! <= 0.5).length).toBeGreaterThan(half.length / 2);
    expect(search(20, () => Number.POSITIVE_INFINITY)).toHaveLength(20);
  });

  it('finds a better candidate than random search with the same trainings', () => {
    const random = createRandom(testSeed);
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const seeds = [1, 2, 3].map((i) => testSeed + i);
    const found = seeds.map((seed) => {
      const trials = search(45, lossOf, { ...settings, seed });
      return { best: Math.min(...lastLosses(trials)), count: trials.flatMap(({ results }) => results).length };
    });
    const others = Array.from({ length: 60 }, () =>
      Math.min(
        ...Array.from({ length: 15 }, () => lossOf({ trial: 0, rung: 2, point: [0, 1, 2].map(() => random.uniform()) })),
      ),
    );
    expect(mean(found.map(({ best }) => best))).toBeLessThan(mean(others));
  });
});
