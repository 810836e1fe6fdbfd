import { mapOption, numberOption, wholeNumberOption } from '../../foundation/options.js';
import { slice } from '../../graph/operations/movement.js';
import { add, constant, multiply, tanh } from '../../graph/operations/pointwise.js';
import { linear } from '../cells/cell.js';
import type { ObjectiveTerm } from './objective.js';

/**
 * Words of the previous sentence: the output h(t) of the last layer also predicts k tokens w_i that are drawn from the sentence before the one
 * of the next token, with the head of the model. It is the word-level form of predicting a neighbouring sentence (Kiros et al. 2015,
 * "Skip-thought vectors"; Hill et al. 2016, "Learning distributed representations of sentences from unlabelled data", FastSent):
 *
 *     h'(t) = h(t) + tanh(W h(t) + b)      term of position t = - 1/k sum over i <= k of ln p(w_i | h'(t))
 *
 * The state must therefore keep what the previous sentence was about. A sentence ends at a line end. Where no sentence precedes, the term is 0.
 * W and b are used in training alone.
 */
export const previousSentence: ObjectiveTerm = {
  name: 'previousSentence',
  option: mapOption(
    {
      weight: numberOption({ from: 0, to: 1e6 }, 0.1, 'Weight of the term; 0 omits it.'),
      words: wholeNumberOption(1, 16, 1, 'Number of words of the previous sentence that are drawn for each position (k).'),
    },
    'none',
    'Words of the previous sentence (the line before): the output of the last layer also predicts them (Hill et al. 2016).',
    'weight',
  ),
  otherInputs: true,
  parameters: (hiddenSize) => [
    { name: 'weight', shape: [hiddenSize, hiddenSize], role: 'input', fan: hiddenSize },
    { name: 'bias', shape: [hiddenSize], role: 'bias', fan: hiddenSize },
  ],
  values({ hidden, parameter, lossesOf, previousWords, steps, batch }, options) {
    const words = options.words as number;
    const rows = steps * batch;
    const { tokens, known } = previousWords(words);
    const recalled = add(hidden, tanh(linear(hidden, parameter('weight'), parameter('bias'))));
    const losses = Array.from({ length: words }, (_, i) => lossesOf(recalled, slice(tokens, 'rows', i * rows, rows)));
    return multiply(multiply(losses.reduce(add), constant(1 / words)), known);
  },
};
