import { choiceOption, numberOption, regularizing, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { batchedProduct } from '../../graph/operations/batched-product.js';
import { concatenate, pad, rowsToColumns, slice, splitColumns } from '../../graph/operations/movement.js';
import { add, constant, multiply, relu, sigmoid, subtract, tanh } from '../../graph/operations/pointwise.js';
import { rotationTable } from '../../graph/operations/table.js';
import { linear } from '../cells/cell.js';
import type { ParameterSpecification } from '../declarations.js';
import { type History, historyStates, readHistory } from '../history.js';
import { unequalHeads } from '../option-misfit.js';
import { scaledRows } from '../row-normalization.js';
import { attentionWeights, scaledProducts, weightedSums } from './attention.js';
import { declareLayer } from './layer.js';

const EPSILON = 1e-5;

/**
 * A decoder layer of a Transformer (Vaswani et al. 2017) with pre-normalization (Xiong et al. 2020) and attention of h heads over the last
 * N positions, including the current one, across the borders of windows (Dai et al. 2019):
 *
 *     u = norm(x)         q, k, v = W_q u, W_k u, W_v u, split into h heads of d values
 *     a(t, s) = softmax over the N positions s of (q(t) . k(s) / sqrt(d))
 *     x = x + W_o [sum over s of a(t, s) v(s), of each head]
 *     x = x + W_2 f(W_1 norm(x) + b_1) + b_2
 *
 * Positions are `rotary` (Su et al. 2021: q and k are rotated by angles proportional to their position, so that their product depends on
 * the distance t - s), `relative` (a learned number for each distance and head is added to the score; Raffel et al. 2020) or `none`: a
 * causal network can learn to distinguish positions without them, but only slowly.
 */
export const transformer = declareLayer({
  type: 'transformer',
  name: ({ heads }) => `Transformer of ${heads} heads`,
  describe:
    'A decoder layer of a Transformer: self-attention and a feed-forward network, each with a residual connection (Vaswani et al. 2017).',
  options: {
    heads: wholeNumberOption(1, 64, 4, 'Number of attention heads; it must divide the size of the layer.'),
    window: wholeNumberOption(2, 4096, 128, 'Number of positions that are attended to, including the current one.'),
    positions: choiceOption(
      ['rotary', 'relative', 'none'],
      'rotary',
      'How scores depend on the distance: rotary (Su et al. 2021), relative (a learned number for each distance and head; Raffel et al. 2020), or none.',
    ),
    normalization: choiceOption(
      ['layer', 'rms'],
      'layer',
      'Normalization before each branch: layer normalization or RMS normalization.',
    ),
    activation: choiceOption(
      ['gelu', 'silu', 'relu'],
      'gelu',
      'Activation function of the feed-forward network: gelu (Hendrycks and Gimpel 2016, in its form with tanh), silu or relu.',
    ),
    expansion: wholeNumberOption(
      1,
      16,
      4,
      'Size of the hidden layer of the feed-forward network, as a multiple of the size of the layer.',
    ),
    branchDropout: regularizing(
      numberOption({ from: 0, below: 1 }, 0, 'Share of the outputs of each branch that is set to zero while training.'),
    ),
  },
  sized: false,
  misfit({ heads, positions }, { size }) {
    const unequal = unequalHeads(heads, size);
    if (unequal) return unequal;
    if (positions === 'rotary' && (size / heads) % 2 !== 0)
      return { key: 'positions', because: `rotary positions turn pairs of values, and a head has ${size / heads}` };
    return undefined;
  },
  create(options, { size }) {
    const { heads, window, positions, normalization, activation, expansion, branchDropout } = options;
    const [past, inner] = [window - 1, expansion * size];
    const matrix = (name: string, rows: number, columns: number, blocks = 1) =>
      ({ name, shape: [rows, columns], role: 'input', fan: columns, blocks }) satisfies ParameterSpecification;
    const bias = (name: string, length: number) =>
      ({ name, shape: [length], role: 'bias', initial: 0 }) satisfies ParameterSpecification;
    const norm = (name: string): ParameterSpecification[] => [
      { name: `${name}_weight`, shape: [size], role: 'gain' },
      ...(normalization === 'layer' ? [bias(`${name}_bias`, size)] : []),
    ];
    const states = historyStates(past, { keys: size, values: size });
    return {
      parameters: [
        ...norm('norm1'),
        matrix('in_proj_weight', 3 * size, size, 3),
        bias('in_proj_bias', 3 * size),
        matrix('out_proj_weight', size, size),
        bias('out_proj_bias', size),
        ...(positions === 'relative'
          ? [{ name: 'distances', shape: [heads, window], role: 'bias', initial: 0 } satisfies ParameterSpecification]
          : []),
        ...norm('norm2'),
        matrix('linear1_weight', inner, size),
        bias('linear1_bias', inner),
        matrix('linear2_weight', size, inner),
        bias('linear2_bias', size),
      ],
      states,
      attends: Array.from({ length: heads }, (_, head) => weightsOf(head)),
      forward(x, context) {
        const { parameter, tap, mask } = context;
        const product = (name: string, of: Node) => linear(of, parameter(`${name}_weight`), parameter(`${name}_bias`));
        const normalized = (name: string, of: Node) =>
          scaledRows(of, normalization, EPSILON, parameter(`${name}_weight`), () => parameter(`${name}_bias`));
        const residual = (stream: Node, branch: Node) => {
          const drawn = mask({ columns: size, rate: branchDropout, span: 'step' });
          return add(stream, drawn ? multiply(branch, drawn) : branch);
        };

        const history = readHistory(context, past);
        const projected = splitColumns(product('in_proj', normalized('norm1', x)), 3);
        const [queries, keys, values] = projected.map((all) => splitColumns(all, heads)) as [Node[], Node[], Node[]];
        const scores = (positions === 'rotary' ? rotaryScores : plainScores)(queries, keys, history);
        const allValues = history.remember('values', values);
        const read = scores.map((score, head) => {
          const placed = positions === 'relative' ? add(score, distanceScores(parameter('distances'), head, history)) : score;
          const weights = tap(weightsOf(head), attentionWeights(placed, history));
          return weightedSums(weights, allValues[head]!, history);
        });
        const attended = residual(x, product('out_proj', concatenate(read, 'columns')));
        const hidden = activations[activation](product('linear1', normalized('norm2', attended)));
        const output = residual(attended, product('linear2', hidden));
        return { output, state: states.map(({ name }) => history.next(name)) };
      },
    };
  },
});

const weightsOf = (head: number) => `weights.head${head}`;

const activations: Readonly<Record<'gelu' | 'silu' | 'relu', (x: Node) => Node>> = {
  /** x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) */
  gelu(x) {
    const cubic = multiply(multiply(x, x), multiply(x, constant(0.044715)));
    const inner = tanh(multiply(add(x, cubic), constant(Math.sqrt(2 / Math.PI))));
    return multiply(multiply(x, constant(0.5)), add(inner, constant(1)));
  },
  silu: (x) => multiply(x, sigmoid(x)),
  relu,
};

/** q(t) . k(s) / sqrt(d) of each head, [B, T*U]. @param queries, keys of each head [T*B, d] */
function plainScores(queries: readonly Node[], keys: readonly Node[], history: History): Node[] {
  const all = history.remember('keys', keys);
  return queries.map((query, head) => scaledProducts(query, all[head]!, history));
}

/**
 * The same with each pair (i, i + d / 2) of the values of a query or key rotated by p / 10,000^(2 i / d), where p is its position. Keys are
 * stored without rotation and rotated in each window, whose first position is 0: a product depends only on the distance.
 */
function rotaryScores(queries: readonly Node[], keys: readonly Node[], history: History): Node[] {
  const { steps, positions } = history;
  const halves = (x: Node) => splitColumns(x, 2) as [Node, Node];
  const all = history.remember('keys', keys.flatMap(halves));
  return queries.map((query, head) => {
    const scaled = halves(multiply(query, constant(1 / Math.sqrt(query.columns)))).map((half) => rowsToColumns(half, steps));
    const turnedQuery = turned(scaled[0]!, scaled[1]!, positions - steps, steps);
    const turnedKey = turned(all[2 * head]!, all[2 * head + 1]!, 0, positions);
    const product = (half: 0 | 1) => batchedProduct(turnedQuery[half], turnedKey[half], steps, { transposeB: true });
    return add(product(0), product(1));
  });
}

/** (a, b) rotated by the angles of `count` positions from `start` on, [B, count * d / 2] each. */
function turned(a: Node, b: Node, start: number, count: number): [Node, Node] {
  const [cosine, sine] = (['cosine', 'sine'] as const).map((wave) => rotationTable(wave, start, count, a.columns / count)) as [
    Node,
    Node,
  ];
  return [subtract(multiply(a, cosine), multiply(b, sine)), add(multiply(b, cosine), multiply(a, sine))];
}

/**
 * The learned numbers of one head for each step and position, [1, T*U].
 * @param distances [h, N], for each head the numbers of the N visible positions, the oldest first
 */
function distanceScores(distances: Node, head: number, { steps, positions }: History): Node {
  const own = slice(distances, 'rows', head, 1);
  const ofSteps = Array.from({ length: steps }, (_, t) => pad(own, 'columns', t, positions));
  return concatenate(ofSteps, 'columns');
}
