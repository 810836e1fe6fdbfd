import { switchOption, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { batchedProduct } from '../../graph/operations/batched-product.js';
import { scatterColumns } from '../../graph/operations/chosen-columns.js';
import { logSoftmax, logSumExp, logSumOf } from '../../graph/operations/log-sum-exp.js';
import { columnsToRows, concatenate, rowsToColumns, slice, splitRows } from '../../graph/operations/movement.js';
import { add, constant, exp, log, maximum, multiply, negate, subtract, tanh } from '../../graph/operations/pointwise.js';
import { rowSums } from '../../graph/operations/sums.js';
import { numbersOf } from '../../graph/operations/table.js';
import { linear } from '../cells/cell.js';
import { historyStates, readHistory } from '../history.js';
import { declareLayer } from '../layers/layer.js';
import { declareHead } from './head.js';
import { softmax } from './softmax.js';

const windowOption = wholeNumberOption(
  2,
  4096,
  100,
  'Number of tokens to which the pointer can point, including the current one.',
);

/**
 * Pointer sentinel mixture (Merity et al. 2017, "Pointer sentinel mixture models"): a softmax over the vocabulary, and a pointer to the last
 * N tokens x of the text, whose hidden states are h; the current token is one of them. The sentinel s takes the part of the probability
 * for which the pointer has no use:
 *
 *     q = tanh(W h(t) + b)      z_i = q . h(i)
 *     [a; g] = softmax([z; q . s])
 *     p(w) = g p_vocabulary(w) + sum of a_i over the positions i at which x_i is w
 */
export const pointerSentinel = declareHead({
  type: 'pointer-sentinel',
  describe:
    'A mixture of the softmax and of a pointer to the last tokens, which can repeat a rare word of the text (Merity et al. 2017).',
  options: {
    window: windowOption,
    tie: switchOption(false, 'Use the embedding matrix as the matrix of the softmax too, as the head `softmax` does.'),
  },
  remembers: true,
  create({ window, tie }, sizes) {
    const { vocabularySize: V, hiddenSize: H } = sizes;
    const vocabulary = softmax.create({ tie }, sizes);
    /** The parts of the memory's outputs: h, ln g, and of each position its probability a and its token x. */
    const parts = (output: Node) => ({
      hidden: slice(output, 'columns', 0, H),
      logGate: slice(output, 'columns', H, 1),
      pointers: slice(output, 'columns', H + 1, window),
      tokens: slice(output, 'columns', H + 1 + window, window),
    });
    return {
      parameters: vocabulary.parameters,
      memory: { declaration: pointer, options: { window }, size: H + 1 + 2 * window },
      losses(output, targets, parameter, tap) {
        const { hidden, logGate, pointers, tokens } = parts(output);
        const ofVocabulary = subtract(logGate, vocabulary.losses(hidden, targets, parameter, tap));
        const pointed = rowSums(multiply(pointers, equal(tokens, numbersOf(targets, V))));
        return negate(logSumExp(concatenate([ofVocabulary, logOf(pointed)], 'columns')));
      },
      logProbabilities(output, parameter) {
        const { hidden, logGate, pointers, tokens } = parts(output);
        const ofVocabulary = add(logSoftmax(vocabulary.logProbabilities(hidden, parameter)), logGate);
        const ofPointer = logOf(scatterColumns(pointers, tokens, V));
        return logSumOf([ofVocabulary, ofPointer]);
      },
      ...(vocabulary.outputVectors !== undefined && { outputVectors: vocabulary.outputVectors }),
      torch: {
        ...vocabulary.torch,
        apply: torchMixture(vocabulary.torch.apply, window, sizes),
      },
    };
  },
});

/** A probability to whose logarithm one of zero is raised: float32 has no logarithm of zero, and no loss changes by it. */
const LEAST = 1e-30;

const logOf = (probability: Node) => log(maximum(probability, constant(LEAST)));

/** 1 where two whole numbers are equal, else 0. */
function equal(a: Node, b: Node): Node {
  const difference = subtract(a, b);
  return maximum(subtract(constant(1), maximum(difference, negate(difference))), constant(0));
}

/** The pointer, as a layer: from rows [h, x] to rows [h, ln g, a of each position, x of each position]. */
const pointer = declareLayer({
  type: 'pointer',
  name: () => 'pointer',
  describe: 'Attention of the head to the last tokens and to a sentinel (Merity et al. 2017).',
  options: { window: windowOption },
  sized: false,
  create({ window }, { inputSize }) {
    const H = inputSize - 1;
    const past = window - 1;
    const states = historyStates(past, { keys: H, tokens: 1 });
    return {
      parameters: [
        { name: 'weight_q', shape: [H, H], role: 'input', fan: H },
        { name: 'bias_q', shape: [H], role: 'bias', fan: H },
        { name: 'sentinel', shape: [H], role: 'bias', fan: H },
      ],
      states,
      attends: ['weights'],
      forward(x, context) {
        const { parameter, steps, tap } = context;
        const hidden = slice(x, 'columns', 0, H);
        const history = readHistory(context, past);
        const [keys] = history.remember('keys', [hidden]) as [Node];
        const [tokens] = history.remember('tokens', [slice(x, 'columns', H, 1)]) as [Node];
        const query = tanh(linear(hidden, parameter('weight_q'), parameter('bias_q')));
        const products = batchedProduct(rowsToColumns(query, steps), keys, steps, { transposeB: true });
        const scores = columnsToRows(add(products, history.hidden), steps);
        const ofSentinel = rowSums(multiply(query, parameter('sentinel')));
        const total = logSumExp(concatenate([scores, ofSentinel], 'columns'));
        const weights = tap('weights', exp(subtract(scores, total)));
        const seen = splitRows(weights, steps).map((own, t) => slice(own, 'columns', t, window));
        const named = seen.map((_, t) => slice(tokens, 'columns', t, window));
        const all = [hidden, subtract(ofSentinel, total), concatenate(seen, 'rows'), concatenate(named, 'rows')];
        return { output: concatenate(all, 'columns'), state: states.map(({ name }) => history.next(name)) };
      },
    };
  },
});

/** The logarithm of the mixture in Python. @param logits the expression of the vocabulary's logits, from `hidden` */
function torchMixture(
  logits: string,
  window: number,
  { hiddenSize: H, vocabularySize: V }: { hiddenSize: number; vocabularySize: number },
) {
  const of = (start: number, length: number) => `hidden[..., ${start}:${start + length}]`;
  const ofVocabulary = `${of(H, 1)} + torch.log_softmax(${logits.replaceAll('hidden', of(0, H))}, -1)`;
  const zeros = `hidden.new_zeros(*hidden.shape[:-1], ${V})`;
  const pointed = `${zeros}.scatter_add(-1, ${of(H + 1 + window, window)}.long(), ${of(H + 1, window)})`;
  return `torch.logaddexp(${ofVocabulary}, ${pointed}.clamp(min=${LEAST}).log())`;
}
