import { optional, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { matrixProduct } from '../../graph/operations/matrix-product.js';
import { constant, multiply, sigmoid } from '../../graph/operations/pointwise.js';
import type { ParameterSpecification } from '../declarations.js';
import { declareCell, forgetBiasOption } from './cell.js';
import { lstm } from './lstm.js';

/**
 * The mogrifier LSTM (Melis, Kočiský and Blunsom 2020, equations 1 and 2): before the step of an LSTM, its input x and its state h scale each
 * other in r rounds.
 *
 *     x = 2 sigmoid(Q_i h) * x    in the rounds i = 1, 3, 5, ...
 *     h = 2 sigmoid(R_i x) * h    in the rounds i = 2, 4, 6, ...
 *
 * With a rank k, each matrix is a product: Q_i = Q_i,left Q_i,right with k columns and k rows.
 */
export const mogrifierLstm = declareCell({
  type: 'mogrifier-lstm',
  name: ({ rounds }) => `mogrifier LSTM (${rounds} ${rounds === 1 ? 'round' : 'rounds'})`,
  describe: 'LSTM whose input and state scale each other in several rounds before each step (Melis et al. 2020).',
  options: {
    rounds: wholeNumberOption(1, 12, 5, 'Rounds in which input and state scale each other, r in the paper.'),
    rank: optional(
      wholeNumberOption(1, 65_536, 64, 'Rank of the matrices of the rounds, k in the paper: each is a product of two.'),
      'full matrices',
    ),
    forgetBias: forgetBiasOption,
  },
  create({ rounds, rank, forgetBias }) {
    const plain = lstm.create({ coupledGates: false, peepholes: false, forgetBias });
    const ofRound = (i: number) => (i % 2 === 1 ? `weight_q${i}` : `weight_r${i}`);
    const numbers = Array.from({ length: rounds }, (_, i) => i + 1);
    return {
      parameters: (inputSize, size) => [
        ...plain.parameters(inputSize, size),
        ...numbers.flatMap((i) =>
          i % 2 === 1
            ? matrix(ofRound(i), inputSize, size, 'recurrent', rank)
            : matrix(ofRound(i), size, inputSize, 'input', rank),
        ),
      ],
      states: plain.states,
      retention: { tap: 'gate.f' },
      step(x, [h, c], parameters, context) {
        const weight = (i: number) =>
          parameters[ofRound(i)] ?? matrixProduct(parameters[`${ofRound(i)}_left`]!, parameters[`${ofRound(i)}_right`]!);
        let [input, hidden] = [x, h!];
        for (const i of numbers) {
          const scale = (of: Node) => multiply(constant(2), sigmoid(context.linear(of, weight(i))));
          if (i % 2 === 1) input = multiply(context.tap(`scale.q${i}`, scale(hidden)), input);
          else hidden = multiply(context.tap(`scale.r${i}`, scale(input)), hidden);
        }
        return plain.step(input, [hidden, c!], parameters, context);
      },
    };
  },
});

/** The parameter of a matrix (rows, columns), or of its two factors. */
function matrix(
  name: string,
  rows: number,
  columns: number,
  role: 'input' | 'recurrent',
  rank: number | undefined,
): ParameterSpecification[] {
  if (rank === undefined) return [{ name, shape: [rows, columns], role }];
  return [
    { name: `${name}_left`, shape: [rows, rank], role },
    { name: `${name}_right`, shape: [rank, columns], role },
  ];
}
