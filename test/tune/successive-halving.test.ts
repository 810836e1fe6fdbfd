import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { promotion } from '../../src/tune/successive-halving.js';
import type { SearchJob, Trial } from '../../src/tune/trial.js';

const settings = { rungs: [1, 3, 9], reduction: 3 };
const equal = { strength: () => 0, expected: undefined };

function trial(number: number, ...losses: number[]): Trial {
  return { number, point: [0.5], results: losses.map((loss, rung) => ({ rung, loss })) };
}

const promote = (trials: readonly Trial[], running: readonly SearchJob[] = [], forecast = {}) =>
  promotion(settings, trials, running, { ...equal, ...forecast });

/** Trials with a loss for each rung that they have reached, some of them infinite. */
const searches = fc
  .array(
    fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constant(Number.POSITIVE_INFINITY)), { minLength: 1, maxLength: 3 }),
    {
      maxLength: 30,
    },
  )
  .map((all) => all.map((losses, number) => trial(number, ...losses)));

describe('promotion', () => {
  it('waits for as many results as one of which goes on', () => {
    expect(promote([trial(0, 1), trial(1, 2)])).toBeUndefined();
    expect(promote([trial(0, 3), trial(1, 2), trial(2, 4)])).toEqual({ trial: 1, point: [0.5], rung: 1 });
  });

  it('prefers the highest rung', () => {
    const some = [trial(0, 3, 1), trial(1, 3, 2), trial(2, 3, 3), ...Array.from({ length: 9 }, (_, i) => trial(3 + i, 1))];
    expect(promote(some)).toMatchObject({ trial: 0, rung: 2 });
  });

  it('follows the rule of the paper', () => {
    fc.assert(
      fc.property(searches, (trials) => {
        // Algorithm 2 of Li et al. 2020, word for word: for each rung from the last but one down, the top 1/3 that are not promoted.
        let expected: number | undefined;
        for (const rung of [1, 0]) {
          const inRung = trials.filter(({ results }) => results.length > rung);
          const lossOf = ({ results }: Trial) => results[rung]?.loss ?? 0;
          const topK = [...inRung]
            .sort((a, b) => (lossOf(a) === lossOf(b) ? a.number - b.number : lossOf(a) < lossOf(b) ? -1 : 1))
            .slice(0, Math.floor(inRung.length / 3));
          expected ??= topK.find((one) => one.results.length === rung + 1 && lossOf(one) < Number.POSITIVE_INFINITY)?.number;
        }
        expect(promote(trials)?.trial).toBe(expected);
      }),
    );
  });

  it('never promotes what is running, has gone on, or diverged, and always to the next rung', () => {
    fc.assert(
      fc.property(searches, fc.func(fc.double({ noNaN: true })), fc.func(fc.integer()), (trials, expected, strength) => {
        const first = promote(trials, [], { expected, strength });
        if (first === undefined) return;
        const { results } = trials[first.trial]!;
        expect([results.length, Number.isFinite(results.at(-1)!.loss)]).toEqual([first.rung, true]);
        expect(promote(trials, [first], { expected, strength })?.trial).not.toBe(first.trial);
      }),
    );
  });

  it('sends the best of the strongly regularized half of the first rung on, though its losses are higher', () => {
    const trials = [1, 2, 3, 4, 5, 6].map((loss, number) => trial(number, loss));
    const strength = ({ number }: Trial) => number;
    const begun: SearchJob[] = [];
    for (let next = promote(trials, begun, { strength }); next; next = promote(trials, begun, { strength })) begun.push(next);
    expect(begun.map((job) => job.trial)).toEqual([0, 3]);
  });

  it('knows only one half where no key regularizes', () => {
    const trials = [1, 2, 3, 4, 5, 6].map((loss, number) => trial(number, loss));
    expect(promote(trials, [{ trial: 0, point: [0.5], rung: 1 }])?.trial).toBe(1);
  });

  it('sends on first what is expected to be best at the last rung, and then the best of the rung', () => {
    const trials = [1, 2, 3].map((loss, number) => trial(number, loss));
    const expected = ({ number }: Trial) => -number;
    const first = promote(trials, [], { expected })!;
    expect(first.trial).toBe(2);
    expect(promote(trials, [first], { expected })?.trial).toBe(0);
  });
});
