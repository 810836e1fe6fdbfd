import { scrambledSobol } from './sobol.js';
import { promotion } from './successive-halving.js';
import type { SearchJob, SearchSettings, Trial } from './trial.js';

/**
 * What the search trains next: a candidate that is promoted to the next rung, the highest one first, or else a new candidate. The result
 * depends on the arguments alone, so that a search that was stopped continues from its journal.
 *
 * @param running jobs that have begun and have no result yet
 */
export function nextJob(settings: SearchSettings, trials: readonly Trial[], running: readonly SearchJob[]): SearchJob {
  const promoted = promotion(settings, trials, running);
  if (promoted !== undefined) return promoted;
  const trial = 1 + Math.max(-1, ...trials.map(({ number }) => number), ...running.map((job) => job.trial));
  return { trial, point: scrambledSobol(trial, settings.space.length, settings.seed), rung: 0 };
}
