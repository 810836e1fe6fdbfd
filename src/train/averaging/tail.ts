import { numberOption, optional, wholeNumberOption } from '../../foundation/options.js';
import { declareAveraging } from './averaging.js';

/** The share of the run after which the tail begins, by default. */
const DEFAULT_START = 0.75;

/**
 * Mean of the parameters after each update of the last part of a run (tail averaging, Jain et al. 2018; Polyak and Juditsky 1992 average
 * the whole run):
 *
 *     average_t = (p_s + ... + p_t) / (t - s + 1)      s the first update after the start
 *
 * A tail that has begun continues when the run is extended.
 */
export const tailAverage = declareAveraging({
  type: 'tail',
  describe: 'Mean of the parameters over the last part of the run (Jain et al. 2018).',
  options: {
    start: optional(
      numberOption(
        { from: 0, below: 1 },
        DEFAULT_START,
        'Share of the run after which averaging begins. Either start or startStep.',
      ),
      `${DEFAULT_START}, without startStep`,
    ),
    startStep: optional(
      wholeNumberOption(0, 1_000_000_000_000, 0, 'Step after which averaging begins. Either start or startStep.'),
      'start says when',
    ),
  },
  create: ({ start = DEFAULT_START, startStep }) => ({
    share({ step, steps }, { count }) {
      if (count === 0 && step <= (startStep ?? start * steps)) return undefined;
      return 1 / (count + 1);
    },
  }),
});
