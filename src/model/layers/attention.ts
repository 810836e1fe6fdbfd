import { choiceOption, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { batchedProduct } from '../../graph/operations/batched-product.js';
import { logSumExp } from '../../graph/operations/log-sum-exp.js';
import { columnsToRows, concatenate, rowsToColumns, splitRows } from '../../graph/operations/movement.js';
import { add, constant, exp, multiply, subtract, tanh } from '../../graph/operations/pointwise.js';
import { rowSums } from '../../graph/operations/sums.js';
import { linear } from '../cells/cell.js';
import type { ParameterSpecification } from '../declarations.js';
import { type History, historyStates, readHistory } from '../history.js';
import { declareLayer } from './layer.js';

/**
 * Attention over the last N outputs x of the layer below, including the current one, across the borders of windows:
 *
 *     dot (Luong et al. 2015):          e(t, s) = q(t) . k(s) / sqrt(d),  q = W_q x
 *     additive (Bahdanau et al. 2015):  e(t, s) = w . tanh(W_s k(s) + q(t)),  q = W_q x
 *
 *     a(t, s) = exp(e(t, s)) / sum over the N positions s of exp(e(t, s))
 *     r(t) = sum over s of a(t, s) v(s)
 *     y(t) = tanh(W_r r(t) + W_p x(t) + b)
 *
 * With `roles: apart` each position has a separate key k = W_k x and value v = W_v x, and x is used for the prediction; with `roles: one`
 * all three are x. Daniluk et al. 2017 show that one vector does not serve three purposes well; they split x into parts, which is the same
 * with fixed matrices.
 */
export const attention = declareLayer({
  type: 'attention',
  name: ({ score }) => `attention (${score})`,
  describe: 'Attention over the last outputs of the layer below (Bahdanau et al. 2015, Daniluk et al. 2017).',
  options: {
    window: wholeNumberOption(2, 4096, 32, 'Number of positions that are attended to, including the current one.'),
    score: choiceOption(
      ['dot', 'additive'],
      'dot',
      'How a position is compared with the current one: dot (Luong et al. 2015) or additive (Bahdanau et al. 2015), which is slower.',
    ),
    roles: choiceOption(
      ['apart', 'one'],
      'apart',
      'Whether keys and values are products of the inputs, each with a matrix of its own (Daniluk et al. 2017), or the inputs themselves.',
    ),
  },
  sized: true,
  create({ window, score, roles }, { inputSize, size }) {
    const past = window - 1;
    const width = roles === 'apart' ? size : inputSize;
    const matrix = (name: string, rows: number, columns: number) =>
      ({ name, shape: [rows, columns], role: 'input', fan: columns }) satisfies ParameterSpecification;
    const states = historyStates(past, roles === 'apart' ? { keys: width, values: width } : { keys: width });
    return {
      parameters: [
        matrix('weight_q', width, inputSize),
        ...(roles === 'apart' ? [matrix('weight_k', size, inputSize), matrix('weight_v', size, inputSize)] : []),
        ...(score === 'additive' ? [matrix('weight_s', width, width), matrix('score', 1, width)] : []),
        matrix('weight_r', size, width),
        matrix('weight_p', size, inputSize),
        { name: 'bias', shape: [size], role: 'bias', fan: inputSize },
      ],
      states,
      attends: ['weights'],
      forward(x, context) {
        const { parameter, tap } = context;
        const history = readHistory(context, past);
        const ofRole = (name: string) => (roles === 'apart' ? linear(x, parameter(name)) : x);
        const [keys] = history.remember('keys', [ofRole('weight_k')]) as [Node];
        const [values] = roles === 'apart' ? (history.remember('values', [ofRole('weight_v')]) as [Node]) : [keys];
        const query = linear(x, parameter('weight_q'));
        const scores =
          score === 'dot'
            ? scaledProducts(query, keys, history)
            : additiveScores(query, keys, parameter('weight_s'), parameter('score'), history);
        const weights = tap('weights', attentionWeights(scores, history));
        const read = weightedSums(weights, values, history);
        const sum = add(linear(read, parameter('weight_r')), linear(x, parameter('weight_p'), parameter('bias')));
        return { output: tanh(sum), state: states.map(({ name }) => history.next(name)) };
      },
    };
  },
});

/** q(t) . k(s) / sqrt(d) for all steps and positions, [B, T*U]. @param query [T*B, d] @param keys [B, U*d] */
export function scaledProducts(query: Node, keys: Node, { steps }: History): Node {
  const scale = constant(1 / Math.sqrt(query.columns));
  return batchedProduct(rowsToColumns(multiply(query, scale), steps), keys, steps, { transposeB: true });
}

/** w . tanh(W_s k(s) + q(t)) for all steps and positions, [B, T*U]: a sum for each step. */
function additiveScores(query: Node, keys: Node, weight: Node, score: Node, { steps, positions }: History): Node {
  const projected = linear(columnsToRows(keys, positions), weight);
  const ofSteps = splitRows(query, steps).map((own) => {
    const compared = tanh(add(projected, concatenate(new Array<Node>(positions).fill(own), 'rows')));
    return rowsToColumns(rowSums(multiply(compared, score)), positions);
  });
  return concatenate(ofSteps, 'columns');
}

/** The softmax of each step's scores over the positions that it sees, [T*B, U]. @param scores [B, T*U] */
export function attentionWeights(scores: Node, history: History): Node {
  const rows = columnsToRows(add(scores, history.hidden), history.steps);
  return exp(subtract(rows, logSumExp(rows)));
}

/** The sum over s of a(t, s) v(s), [T*B, w]. @param weights [T*B, U] @param values [B, U*w] */
export function weightedSums(weights: Node, values: Node, { steps }: History): Node {
  return columnsToRows(batchedProduct(rowsToColumns(weights, steps), values, steps), steps);
}
