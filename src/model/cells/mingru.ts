import { choiceOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { splitColumns } from '../../graph/operations/movement.js';
import { add, constant, minimum, multiply, relu, sigmoid, subtract } from '../../graph/operations/pointwise.js';
import { declareCell, gatedParameters, statesOfSize } from './cell.js';

/** The option `candidate` of the minimal cells of Feng et al. 2024. */
export const candidateOption = choiceOption(
  ['positive', 'linear'],
  'positive',
  'The candidate: g(Wx + b), with g(v) = v + 0.5 from v = 0 on and sigmoid(v) below (the form that the paper trains), or Wx + b itself.',
);

/** The function g of Feng et al. 2024 (appendix B): v + 0.5 where v is not negative, else sigmoid(v). Continuous, and always positive. */
export function positive(v: Node): Node {
  return add(relu(v), sigmoid(minimum(v, constant(0))));
}

/**
 * minGRU (Feng, Tung, Ahmed, Bengio and Hajimirsadeghi 2024, "Were RNNs all we needed?"): a GRU whose gate and candidate do not see the
 * state, so that all products of a window are one. With g the function {@link positive}, or the identity:
 *
 *     z = sigmoid(W x + b)      n = g(W x + b)
 *     h = (1 - z) * h + z * n
 */
export const mingru = declareCell({
  type: 'mingru',
  name: ({ candidate }) => `minGRU (${candidate} candidate)`,
  describe: "Minimal GRU whose gate sees the input alone: h' = (1-z)*h + z*n (Feng et al. 2024).",
  options: { candidate: candidateOption },
  create: ({ candidate }) => ({
    parameters: gatedParameters({ gates: 2, recurrent: false, biases: ['bias'], updateGate: { gate: 0, keeps: false } }),
    states: statesOfSize('h'),
    retention: { tap: 'gate.z', inverted: true },
    step(x, [h], { weight_ih, bias }, { tap, linear, update }) {
      const [xz, xn] = splitColumns(linear(x, weight_ih!, bias!), 2);
      const z = tap('gate.z', sigmoid(xz!));
      const n = tap('candidate.n', candidate === 'positive' ? positive(xn!) : xn!);
      const output = add(multiply(subtract(constant(1), z), h!), multiply(z, update(n)));
      return { output, state: [output] };
    },
  }),
});
