import type { SearchJob, SearchSettings, Trial } from './trial.js';

/**
 * The candidate that goes on to the next rung: the best one of those that are among the best 1 / reduction of the results of a rung and have not gone on, the
 * highest rung first. Source: Li et al. 2020, "A system for massively parallel hyperparameter tuning" (ASHA), algorithm 2. A training that
 * diverged does not go on.
 *
 * @returns undefined where no candidate may go on
 */
export function promotion(
  { rungs, reduction }: Pick<SearchSettings, 'rungs' | 'reduction'>,
  trials: readonly Trial[],
  running: readonly SearchJob[],
): SearchJob | undefined {
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const reached = trials.filter(({ results }) => results[rung] !== undefined);
    const best = reached
      .toSorted((a, b) => a.results[rung]!.loss - b.results[rung]!.loss || a.number - b.number)
      .slice(0, Math.floor(reached.length / reduction));
    const next = best.find(
      ({ number, results }) =>
        Number.isFinite(results[rung]!.loss) &&
        results[rung + 1] === undefined &&
        !running.some((job) => job.trial === number && job.rung > rung),
    );
    if (next) return { trial: next.number, point: next.point, rung: rung + 1 };
  }
  return undefined;
}
