import { isRegularizing } from '../config/regularizing-keys.js';
import { type LossModel, lossModel } from './loss-model.js';
import { nextNumber, proposal } from './proposal.js';
import { inputsOf } from './search-space.js';
import { promotion } from './successive-halving.js';
import type { SearchJob, SearchSettings, Trial } from './trial.js';

/**
 * What the search trains next: a candidate that is promoted to the next rung, the highest one first, or else a new candidate. The result
 * depends on the arguments alone, so that a search that was stopped continues from its journal.
 *
 * @param running jobs that have begun and have no result yet
 */
export function nextJob(settings: SearchSettings, unsorted: readonly Trial[], running: readonly SearchJob[]): SearchJob {
  const { space, rungs } = settings;
  // Sums of floating-point numbers depend on their order, and the result must not depend on that of the trials.
  const trials = unsorted.toSorted((a, b) => a.number - b.number);
  // The model takes longer than everything else, and the first candidates do not need it.
  let made: { readonly model: LossModel | undefined } | undefined;
  const model = () => {
    made ??= { model: lossModel({ space, rungs: rungs.length }, trials, running) };
    return made.model;
  };
  const known = trials.some(({ results }) => results.length === rungs.length) ? model() : undefined;
  const regularizers = space.flatMap(({ key, scale }, i) => (scale !== 'choice' && isRegularizing(key) ? [i] : []));
  const promoted = promotion(settings, trials, running, {
    strength: ({ point }) => regularizers.reduce((sum, i) => sum + point[i]!, 0),
    expected: known && (({ point }) => known.predict(inputsOf(space, point)).mean),
  });
  if (promoted !== undefined) return promoted;
  return { trial: nextNumber(trials, running), point: proposal(settings, trials, running, model), rung: 0 };
}
