import type { SearchJob, SearchSettings, Trial } from './trial.js';

/** What is known of candidates besides their results. */
export interface Forecast {
  /** How strongly a candidate is regularized, in any unit; equal for all where no key regularizes. */
  strength(trial: Trial): number;
  /** The loss that is expected of a candidate at the last rung, on any scale; undefined before one candidate has come so far. */
  readonly expected: ((trial: Trial) => number) | undefined;
}

/**
 * The candidate that goes on to the next rung: one of those that are among the best 1 / reduction of the results of a rung and have not gone
 * on; the highest rung first, and in it the best. Source: Li et al. 2020, "A system for massively parallel hyperparameter tuning" (ASHA),
 * algorithm 2. A training that diverged does not go on.
 *
 * The losses of a rung say too little about the last one, so the rule is applied to two orders of the candidates: to the losses that are
 * expected at the last rung, as soon as they are known, and then to the losses of the rung. Strongly regularized candidates look bad early, so
 * those at the first rung are divided into two halves by `strength`, each of which sends its own best 1 / reduction.
 *
 * @returns undefined where no candidate may go on
 */
export function promotion(
  { rungs, reduction }: Pick<SearchSettings, 'rungs' | 'reduction'>,
  trials: readonly Trial[],
  running: readonly SearchJob[],
  { strength, expected }: Forecast,
): SearchJob | undefined {
  const forecasts = expected && new Map(trials.map((trial) => [trial, expected(trial)]));
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const reached = trials.filter(({ results }) => results[rung] !== undefined);
    const losses = new Map(reached.map((trial) => [trial, trial.results[rung]!.loss]));
    const best = (some: readonly Trial[], order: ReadonlyMap<Trial, number>) =>
      some
        .toSorted((a, b) => compare(order.get(a)!, order.get(b)!) || a.number - b.number)
        .slice(0, Math.floor(some.length / reduction));
    const parts = rung === 0 ? halves(reached, strength) : [reached];
    const chosen = parts.flatMap((part) => best(part, losses));
    const next = [
      ...(forecasts === undefined ? [] : best(reached, forecasts)),
      ...chosen.toSorted((a, b) => compare(losses.get(a)!, losses.get(b)!) || a.number - b.number),
    ].find(
      (trial) =>
        Number.isFinite(losses.get(trial)) &&
        trial.results[rung + 1] === undefined &&
        !running.some((job) => job.trial === trial.number && job.rung > rung),
    );
    if (next) return { trial: next.number, point: next.point, rung: rung + 1 };
  }
  return undefined;
}

/** Infinite losses are equal. */
const compare = (a: number, b: number) => (a === b ? 0 : a - b);

/** Those below the median of the strength and the others; the first part is empty where all are equal. */
function halves(trials: readonly Trial[], strength: (trial: Trial) => number): Trial[][] {
  const sorted = trials.map(strength).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1] ?? 0;
  return [trials.filter((trial) => strength(trial) < median), trials.filter((trial) => strength(trial) >= median)];
}
