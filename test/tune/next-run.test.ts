import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRun } from '../../src/tune/next-run.js';
import { finalists } from '../../src/tune/ranking.js';
import { type TuningRun, tuningRunName } from '../../src/tune/tuning-run.js';
import { simulateSearch } from './simulated-search.js';

/** Better the nearer the value is to 0.3, and the longer the training. */
const lossOf = (run: TuningRun) => {
  if (run.kind === 'ready') return 1 + run.seed / 1000;
  if (run.kind === 'repeat') return 0.5 + run.trial / 1000;
  return Math.abs(run.point[0]! - 0.3) + 1 / (run.rung + 1);
};

const names = (runs: readonly { readonly run: TuningRun }[]) => runs.map(({ run }) => tuningRunName(run));

describe('the trainings of a search', () => {
  it('with a number of candidates: the config, so many candidates, and the finalists to the end with three seeds each', () => {
    const { record, runs } = simulateSearch({ limits: { trials: 9 }, parallel: 1, secondsPerStep: 1, lossOf });
    expect(names(runs)[0]).toBe('ready-seed-5');
    expect(record.candidates).toHaveLength(9);
    const best = finalists(record);
    expect(best).toHaveLength(3);
    for (const { number, results } of best) {
      expect(results.map(({ rung }) => rung)).toEqual([0, 1, 2, 3]);
      expect(record.repeats.get(number)!.map(({ seed }) => seed)).toEqual([6, 7]);
    }
    expect(record.ready.map(({ seed }) => seed)).toEqual([5, 6, 7]);
    expect(record.repeats.size).toBe(3);
    expect(new Set(runs.map(({ run }) => JSON.stringify(run))).size).toBe(runs.length);
    // One seed after another, so that an early end leaves as much of each finalist as of the others.
    const finals = runs.filter(({ run }) => run.kind !== 'candidate').slice(1);
    expect(finals.map(({ run }) => run.kind !== 'candidate' && run.seed)).toEqual([6, 6, 6, 6, 7, 7, 7, 7]);
  });

  it('end within the budget, of which a quarter or more is left for the finalists, on any number of processes', () => {
    const settings = fc.record({
      budget: fc.integer({ min: 2000, max: 8000 }),
      start: fc.integer({ min: 0, max: 300 }),
      parallel: fc.integer({ min: 1, max: 5 }),
    });
    fc.assert(
      fc.property(settings, ({ budget, start, parallel }) => {
        const { record, runs } = simulateSearch({ limits: { budget }, parallel, start, secondsPerStep: 1, lossOf });
        expect(Math.max(...runs.map(({ to }) => to))).toBeLessThanOrEqual(budget);
        const searched = runs.filter(({ run }) => run.kind === 'candidate' && run.rung === 0);
        expect(Math.max(0, ...searched.map(({ to }) => to))).toBeLessThanOrEqual(0.75 * budget);
        expect(record.ready[0]).toMatchObject({ seed: 5 });
      }),
      { numRuns: 50 },
    );
  });

  it('bring the best candidate to the end where the budget is enough for three whole trainings', () => {
    for (const parallel of [1, 2]) {
      const { record } = simulateSearch({ limits: { budget: 3 * 540 }, parallel, secondsPerStep: 1, lossOf });
      expect(finalists(record)[0]!.results.at(-1)!.rung).toBe(3);
      // Where starting a training takes as long as the training.
      const slow = simulateSearch({ limits: { budget: 6000 }, parallel, start: 540, secondsPerStep: 1, lossOf }).record;
      expect(finalists(slow)[0]!.results.at(-1)!.rung).toBe(3);
    }
  });

  it('do not include candidates that diverged', () => {
    const diverging = (run: TuningRun) =>
      run.kind === 'candidate' && run.trial % 2 === 0 ? Number.POSITIVE_INFINITY : lossOf(run);
    const { record } = simulateSearch({ limits: { trials: 8 }, parallel: 2, secondsPerStep: 1, lossOf: diverging });
    const [repeated, tried] = [[...record.repeats.keys()], record.candidates.filter(({ number }) => number % 2 === 0)];
    expect(repeated.filter((number) => number % 2 === 0)).toEqual([]);
    expect(repeated).toHaveLength(3);
    for (const { results } of tried) expect(results).toHaveLength(1);
  });

  it('a finalist that diverges on its way to the end is replaced by the next best', () => {
    const settings = { limits: { trials: 9 }, parallel: 1, secondsPerStep: 1 };
    const [, second] = finalists(simulateSearch({ ...settings, lossOf }).record);
    const diverging = (run: TuningRun) =>
      run.kind === 'candidate' && run.rung === 3 && run.trial === second!.number ? Number.POSITIVE_INFINITY : lossOf(run);
    const { record } = simulateSearch({ ...settings, lossOf: diverging });
    expect(record.candidates[second!.number]!.results[3]!.loss).toBe(Number.POSITIVE_INFINITY);
    expect(record.repeats.size).toBe(3);
    expect([...record.repeats.keys()]).not.toContain(second!.number);
  });

  it('continue with what was unfinished when the search was killed, and begin nothing after the budget', () => {
    const { record } = simulateSearch({ limits: { trials: 1 }, parallel: 1, secondsPerStep: 1, lossOf });
    const left: TuningRun = { kind: 'repeat', trial: 0, seed: 9 };
    record.unfinished.set(tuningRunName(left), left);
    const state = {
      record,
      running: new Set<string>(),
      spent: 10,
      secondsPerStep: 1,
      nextCandidate: () => ({ trial: 1, point: [0.5], rung: 0 }),
      changes: () => [],
      stepsOf: () => 1,
    };
    expect(nextRun(state)).toBe(left);
    record.limits = { budget: 10 };
    expect(nextRun(state)).toBe('done');
  });
});
