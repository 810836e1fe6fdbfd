import { numberOption, regularizing } from '../../foundation/options.js';
import { logSumExp } from '../../graph/operations/log-sum-exp.js';
import { constant, multiply, subtract } from '../../graph/operations/pointwise.js';
import { rowSums } from '../../graph/operations/sums.js';
import type { ObjectiveTerm } from './objective.js';

/**
 * Label smoothing (Szegedy et al. 2016): the target distribution is (1 - e) onehot + e / V, so the objective becomes
 *
 *     (1 - e) CE + e U = CE + e (U - CE)      with U the mean over the vocabulary of -ln p
 *
 * The term is U - CE, and its weight is e. The reported loss stays CE.
 */
export const labelSmoothing: ObjectiveTerm = {
  name: 'labelSmoothing',
  option: regularizing(
    numberOption(
      { from: 0, below: 1 },
      0,
      'Label smoothing: the share of the target distribution that is spread evenly over the vocabulary (Szegedy et al. 2016). The reported ' +
        'loss stays the cross-entropy.',
    ),
  ),
  wholeVocabulary: true,
  values({ losses, logProbabilities, weights }) {
    const scores = logProbabilities();
    const mean = multiply(constant(1 / scores.columns), rowSums(scores));
    return multiply(subtract(subtract(logSumExp(scores), mean), losses), weights);
  },
};
