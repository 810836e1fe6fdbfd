import { slice, splitColumns } from '../../graph/operations/movement.js';
import { add, constant, multiply, sigmoid, subtract, tanh } from '../../graph/operations/pointwise.js';
import { declareCell, gatedParameters, statesOfSize } from './cell.js';

/**
 * The minimal gated unit (Zhou, Wu, Zhang and Zhou 2016): one gate decides what is forgotten and what is taken in.
 *
 *     f = sigmoid(W x + U h + b)      n = tanh(W x + U (f * h) + b)
 *     h = (1 - f) * h + f * n
 */
export const mgu = declareCell({
  type: 'mgu',
  name: () => 'MGU',
  describe: "Minimal gated unit, one gate: h' = (1-f)*h + f*n (Zhou et al. 2016).",
  options: {},
  create: () => ({
    parameters: gatedParameters({ gates: 2, biases: ['bias'], updateGate: { gate: 0, keeps: false } }),
    states: statesOfSize('h'),
    retention: { tap: 'gate.f', inverted: true },
    step(x, [h], { weight_ih, weight_hh, bias }, { tap, linear, update }) {
      const H = h!.columns;
      const [xf, xn] = splitColumns(linear(x, weight_ih!, bias!), 2);
      const [Uf, Un] = [slice(weight_hh!, 'rows', 0, H), slice(weight_hh!, 'rows', H, H)];
      const f = tap('gate.f', sigmoid(add(xf!, linear(h!, Uf))));
      const n = tap('candidate.n', tanh(add(xn!, linear(multiply(f, h!), Un))));
      const output = add(multiply(subtract(constant(1), f), h!), multiply(f, update(n)));
      return { output, state: [output] };
    },
  }),
});
