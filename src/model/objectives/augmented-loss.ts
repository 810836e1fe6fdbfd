import { mapOption, numberOption } from '../../foundation/options.js';
import { logSoftmax } from '../../graph/operations/log-sum-exp.js';
import { matrixProduct } from '../../graph/operations/matrix-product.js';
import { gatherRows } from '../../graph/operations/movement.js';
import { constant, exp, multiply, stopGradient, subtract } from '../../graph/operations/pointwise.js';
import { rowSums } from '../../graph/operations/sums.js';
import type { ObjectiveTerm } from './objective.js';

/**
 * The augmented loss of Inan et al. 2017, "Tying word vectors and word classifiers": a soft target distribution, in which a token has the
 * more probability the more similar its vector is to the vector u of the target.
 *
 *     y~ = softmax(L u / tau)      y^ = softmax(z / tau)      term = KL(y~ || y^) = sum of y~ (ln y~ - ln y^)
 *
 * L is the embedding [V, E], u its row of the target, and z are the logits. y~ is a target as the token itself is: no gradient flows through
 * it.
 */
export const augmentedLoss: ObjectiveTerm = {
  name: 'augmentedLoss',
  option: mapOption(
    {
      weight: numberOption(
        { from: 0, to: 1e6 },
        1,
        'Weight of the term; 0 omits it. The paper makes it proportional to the temperature.',
      ),
      temperature: numberOption(
        { above: 0, to: 1e6 },
        20,
        'Temperature of both distributions: the higher it is, the more tokens have a part in the soft target.',
      ),
    },
    'none',
    'Augmented loss: the divergence of the prediction from a soft target, in which tokens with vectors similar to that of the target have ' +
      'probability too (Inan et al. 2017).',
    'weight',
  ),
  wholeVocabulary: true,
  values({ targets, embedding, logProbabilities, weights }, options) {
    const scale = constant(1 / (options.temperature as number));
    const similarities = matrixProduct(gatherRows(embedding, targets), embedding, { transposeB: true });
    const target = logSoftmax(multiply(stopGradient(similarities), scale));
    const prediction = logSoftmax(multiply(logProbabilities(), scale));
    return multiply(rowSums(multiply(exp(target), subtract(target, prediction))), weights);
  },
};
