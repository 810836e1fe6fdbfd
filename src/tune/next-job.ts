import { isRegularizing } from '../config/regularizing-keys.js';
import { type LossModel, lossModel } from './loss-model.js';
import { inputsOf } from './search-space.js';
import { nextNumber, proposal } from './proposal.js';
import { promotion } from './successive-halving.js';
import type { SearchJob, SearchSettings, Trial } from './trial.js';

/**
 * What the search trains next: a candidate that is promoted to the next rung, the highest one first, or else a new candidate. The result
 * depends on the arguments alone, so that a search that was stopped continues from its journal.
 *
 * @param running jobs that have begun and have no result yet
 */
export function nextJob(settings: SearchSettings, trials: readonly Trial[], running: readonly SearchJob[]): SearchJob {
  const regularizers = settings.space.flatMap(({ key, scale }, i) => (scale !== 'choice' && isRegularizing(key) ? [i] : []));
  const strength = ({ point }: Trial) => regularizers.reduce((sum, i) => sum + point[i]!, 0);
  let made: { model: LossModel | undefined } | undefined;
  const model = () => {
    made ??= { model: lossModel(settings, trials, running) };
    return made.model;
  };
  const expected = ({ point }: Trial) => model()?.predict(inputsOf(settings.space, point)).mean ?? 0;
  const promoted = promotion(settings, trials, running, strength, expected);
  if (promoted !== undefined) return promoted;
  return { trial: nextNumber(trials, running), point: proposal(settings, trials, running, model), rung: 0 };
}
