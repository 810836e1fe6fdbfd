import type { SearchJob, SearchSettings, Trial } from './trial.js';

/**
 * The candidate that goes on to the next rung: one of those that are among the best 1 / reduction of the results of a rung and have not gone
 * on; the highest rung first, and in it the best. Source: Li et al. 2020, "A system for massively parallel hyperparameter tuning" (ASHA),
 * algorithm 2. A training that diverged does not go on.
 *
 * Strongly regularized candidates look bad early, so those at the first rung are divided into two halves by `strength`, each of which sends its
 * own best 1 / reduction.
 *
 * @param strength how strongly a candidate is regularized, in any unit; equal for all where no key regularizes
 * @returns undefined where no candidate may go on
 */
export function promotion(
  { rungs, reduction }: Pick<SearchSettings, 'rungs' | 'reduction'>,
  trials: readonly Trial[],
  running: readonly SearchJob[],
  strength: (trial: Trial) => number = () => 0,
  expected?: (trial: Trial) => number,
): SearchJob | undefined {
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const lossOf = (trial: Trial) => (process.env.V === '2' && expected && trials.filter((t) => t.results.length === rungs.length).length >= 1 ? expected(trial) : trial.results[rung]!.loss);
    const reached = trials.filter(({ results }) => results[rung] !== undefined);
    const best = (rung === 0 ? halves(reached, strength) : [reached])
      .flatMap((some) => some.toSorted(byLoss(lossOf)).slice(0, quota(some.length, trials.length, reduction)))
      .toSorted(byLoss(lossOf));
    const next = best.find(
      (trial) =>
        Number.isFinite(lossOf(trial)) &&
        trial.results[rung + 1] === undefined &&
        !running.some((job) => job.trial === trial.number && job.rung > rung),
    );
    if (next) return { trial: next.number, point: next.point, rung: rung + 1 };
  }
  return undefined;
}

const quota = (n: number, all: number, reduction: number) => Math.max((process.env.Q === '1' && all >= reduction * reduction) || (process.env.Q === '2' && all >= 12) ? 1 : 0, Math.floor(n / reduction));

/** Lower losses first, and of equal ones the older candidate. */
const byLoss = (lossOf: (trial: Trial) => number) => (a: Trial, b: Trial) => {
  const [first, second] = [lossOf(a), lossOf(b)];
  return first === second ? a.number - b.number : first - second;
};

/** Those below the median of the strength and the others; the first half is empty where all are equal. */
function halves(trials: readonly Trial[], strength: (trial: Trial) => number): Trial[][] {
  const sorted = trials.map(strength).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return [trials.filter((trial) => strength(trial) < median), trials.filter((trial) => strength(trial) >= median)];
}
