import { mapOption, numberOption, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { concatenate, slice } from '../../graph/operations/movement.js';
import { add, constant, multiply, tanh } from '../../graph/operations/pointwise.js';
import { linear } from '../cells/cell.js';
import type { ObjectiveTerm } from './objective.js';

/**
 * Multi-token prediction (Gloeckle et al. 2024, "Better and faster large language models via multi-token prediction"): the output h(t) of the
 * last layer also predicts the tokens after the next one, with the head of the model. There the step to a later token is a Transformer
 * layer; here it is one matrix for each distance, beside the identity:
 *
 *     h_d(t) = h(t) + tanh(W_d h(t) + b_d)
 *     term of position t = - sum over 2 <= d <= n of ln p(x(t+d) | h_d(t))
 *
 * A later token is one of the same window whose position counts. The matrices are used in training alone.
 */
export const multiTokenPrediction: ObjectiveTerm = {
  name: 'multiTokenPrediction',
  option: mapOption(
    {
      weight: numberOption({ from: 0, to: 1e6 }, 0.1, 'Weight of the term; 0 omits it. It is a sum over the later tokens.'),
      tokens: wholeNumberOption(
        2,
        16,
        2,
        'The last of the following tokens that is predicted (n): with 2, the next and the one after it.',
      ),
    },
    'none',
    'Multi-token prediction: the output of the last layer also predicts the tokens after the next one (Gloeckle et al. 2024).',
    'weight',
  ),
  otherInputs: true,
  parameters: (hiddenSize, { tokens }) =>
    distances(tokens as number).flatMap((distance) => [
      { name: `weight_${distance}`, shape: [hiddenSize, hiddenSize], role: 'input', fan: hiddenSize },
      { name: `bias_${distance}`, shape: [hiddenSize], role: 'bias', fan: hiddenSize },
    ]),
  values({ hidden, targets, weights, parameter, lossesOf, steps, batch }, { tokens }) {
    const rows = steps * batch;
    const terms: Node[] = [];
    for (const distance of distances(tokens as number).filter((one) => one <= steps)) {
      const shift = (distance - 1) * batch;
      const earlier = (x: Node) => slice(x, 'rows', 0, rows - shift);
      const later = (x: Node) => slice(x, 'rows', shift, rows - shift);
      const h = earlier(hidden);
      const ahead = add(h, tanh(linear(h, parameter(`weight_${distance}`), parameter(`bias_${distance}`))));
      terms.push(multiply(lossesOf(ahead, later(targets)), multiply(earlier(weights), later(weights))));
    }
    // A window of one step has no later token.
    return terms.length === 0 ? multiply(constant(0), weights) : concatenate(terms, 'rows');
  },
};

/** 2, 3, ..., n */
const distances = (n: number) => Array.from({ length: n - 1 }, (_, i) => i + 2);
