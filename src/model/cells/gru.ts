import { choiceOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { slice, splitColumns } from '../../graph/operations/movement.js';
import { add, constant, multiply, sigmoid, subtract, tanh } from '../../graph/operations/pointwise.js';
import { type Cell, declareCell, gatedParameters, statesOfSize } from './cell.js';

/** The gated recurrent unit, with either place of the reset gate: papers and libraries mean different models by one word. */
export const gru = declareCell({
  type: 'gru',
  name: ({ reset }) => `GRU (reset ${reset} the product)`,
  describe: "Gated recurrent unit: h' = (1-z)*n + z*h (Cho et al. 2014).",
  options: {
    reset: choiceOption(
      ['after', 'before'],
      'after',
      "Where the reset gate acts: after the recurrent product, n = tanh(Wx + b + r*(Uh + b')) (PyTorch, cuDNN), or before it, " +
        'n = tanh(Wx + b + U(r*h)) (the paper). These are different models.',
    ),
  },
  importedGates: 3,
  create: ({ reset }) => (reset === 'after' ? resetAfter : resetBefore),
});

/** z keeps the old state where it is open. */
const parameters = gatedParameters({ gates: 3, updateGate: { gate: 1, keeps: true } });

/**
 * With the reset gate after the product, as cuDNN and PyTorch have it:
 *
 *     r, z = sigmoid(W x + b + U h + b')       n = tanh(W x + b + r * (U h + b'))
 *     h = (1 - z) * n + z * h
 */
const resetAfter: Cell = {
  parameters,
  states: statesOfSize('h'),
  retention: { tap: 'gate.z' },
  onnx: { type: 'GRU', gates: [1, 0, 2], attributes: { linear_before_reset: 1 } },
  torch: { module: 'GRU' },
  step(x, [h], { weight_ih, weight_hh, bias_ih, bias_hh }, { tap, linear, update }) {
    const [xr, xz, xn] = splitColumns(linear(x, weight_ih!, bias_ih!), 3);
    const [hr, hz, hn] = splitColumns(linear(h!, weight_hh!, bias_hh!), 3);
    const r = tap('gate.r', sigmoid(add(xr!, hr!)));
    const z = tap('gate.z', sigmoid(add(xz!, hz!)));
    const n = tap('candidate.n', tanh(add(xn!, multiply(r, hn!))));
    const output = interpolate(z, update(n), h!);
    return { output, state: [output] };
  },
};

/**
 * The gated recurrent unit of Cho et al. 2014, with the reset gate before the product (Keras: reset_after=False):
 *
 *     r, z = sigmoid(W x + b + U h + b')       n = tanh(W x + b + U (r * h) + b')
 *     h = (1 - z) * n + z * h
 */
const resetBefore: Cell = {
  parameters,
  states: statesOfSize('h'),
  retention: { tap: 'gate.z' },
  onnx: { type: 'GRU', gates: [1, 0, 2], attributes: { linear_before_reset: 0 } },
  step(x, [h], { weight_ih, weight_hh, bias_ih, bias_hh }, { tap, linear, update }) {
    const H = h!.columns;
    const [xr, xz, xn] = splitColumns(linear(x, weight_ih!, bias_ih!), 3);
    const gates = linear(h!, slice(weight_hh!, 'rows', 0, 2 * H), slice(bias_hh!, 'columns', 0, 2 * H));
    const [hr, hz] = splitColumns(gates, 2);
    const r = tap('gate.r', sigmoid(add(xr!, hr!)));
    const z = tap('gate.z', sigmoid(add(xz!, hz!)));
    const candidate = linear(multiply(r, h!), slice(weight_hh!, 'rows', 2 * H, H), slice(bias_hh!, 'columns', 2 * H, H));
    const n = tap('candidate.n', tanh(add(xn!, candidate)));
    const output = interpolate(z, update(n), h!);
    return { output, state: [output] };
  },
};

/** (1 - z) * n + z * h: an open update gate z keeps the old state (PyTorch's sense; some texts swap z and 1 - z). */
function interpolate(z: Node, n: Node, h: Node): Node {
  return add(multiply(subtract(constant(1), z), n), multiply(z, h));
}
