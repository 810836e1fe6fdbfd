import { wholeNumberOption } from '../../foundation/options.js';
import { declareAveraging } from './averaging.js';

/**
 * Averaged stochastic gradient descent with a non-monotone trigger (NT-ASGD; Merity et al. 2017, algorithm 1). Averaging begins at the
 * first validation whose loss is above the lowest of all but the last n before it; n = `patience`. With T the update at which this
 * happened, the average is the mean of the parameters from then on:
 *
 *     average_t = (p_T + ... + p_t) / (t - T + 1)
 *
 * The optimizer and its learning rate do not change; the paper uses plain gradient descent with a constant rate.
 */
export const nonMonotoneAverage = declareAveraging({
  type: 'nt-asgd',
  describe: 'Mean of the parameters from the point where validation stops improving (NT-ASGD, Merity et al. 2017).',
  options: {
    patience: wholeNumberOption(
      1,
      10_000,
      5,
      'Validations that may pass without improvement: averaging begins when a loss is above the lowest of all but the last so many.',
    ),
  },
  validates: true,
  create: ({ patience }) => ({
    share: (_, { count }) => (count === 0 ? undefined : 1 / (count + 1)),
    validated(loss, state) {
      if (state.count > 0) return;
      if (state.lowest !== undefined && loss > state.lowest) {
        // The parameters of this update are the first in the average.
        state.count = 1;
        state.recent = [];
        delete state.lowest;
        return;
      }
      state.recent.push(loss);
      if (state.recent.length > patience)
        state.lowest = Math.min(state.lowest ?? Number.POSITIVE_INFINITY, state.recent.shift()!);
    },
  }),
});
