import { splitColumns } from '../../graph/operations/movement.js';
import { add, multiply, sigmoid, tanh } from '../../graph/operations/pointwise.js';
import { declareCell, gatedParameters, statesOfSize } from './cell.js';

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
 *
 *     i, f, o = sigmoid(W x + b + U h + b')    g = tanh(W x + b + U h + b')
 *     c = f * c + i * g                        h = o * tanh(c)
 */
export const lstm = declareCell({
  type: 'lstm',
  name: () => 'LSTM',
  describe: 'Long short-term memory, gates i f g o (Hochreiter and Schmidhuber 1997).',
  options: {},
  importedGates: 4,
  create: () => ({
    parameters: gatedParameters({ gates: 4, forgetGate: 1 }),
    states: statesOfSize('h', 'c'),
    onnx: { type: 'LSTM', gates: [0, 3, 1, 2] },
    torch: { module: 'LSTM' },
    step(x, [h, c], { weight_ih, weight_hh, bias_ih, bias_hh }, { tap, linear, normalize, update }) {
      const z = add(linear(x, weight_ih!, bias_ih!), linear(h!, weight_hh!, bias_hh!));
      const [zi, zf, zg, zo] = splitColumns(z, 4);
      const i = tap('gate.i', sigmoid(zi!));
      const f = tap('gate.f', sigmoid(zf!));
      const g = tap('candidate.g', tanh(zg!));
      const o = tap('gate.o', sigmoid(zo!));
      const cell = add(multiply(f, c!), multiply(i, update(g)));
      const output = multiply(o, tanh(normalize('c', cell)));
      return { output, state: [output, cell] };
    },
  }),
});
