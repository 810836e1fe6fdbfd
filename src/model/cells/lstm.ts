import { add } from '../../graph/operations/add.js';
import { multiply } from '../../graph/operations/multiply.js';
import { sigmoid } from '../../graph/operations/sigmoid.js';
import { splitColumns } from '../../graph/operations/slice.js';
import { tanh } from '../../graph/operations/tanh.js';
import { type Cell, linear } from './cell.js';

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000):
 *
 *     i, f, o = sigmoid(W x + b + U h + b')    g = tanh(W x + b + U h + b')
 *     c = f * c + i * g                        h = o * tanh(c)
 */
export const lstm: Cell = {
  gates: 4,
  forgetGate: 1,
  standardOperator: { type: 'LSTM', gates: [0, 3, 1, 2] },
  states: ['h', 'c'],
  step(x, [h, c], { weight_ih, weight_hh, bias_ih, bias_hh }) {
    const z = add(linear(x, weight_ih, bias_ih), linear(h!, weight_hh, bias_hh));
    const [zi, zf, zg, zo] = splitColumns(z, 4);
    const i = sigmoid(zi!);
    const f = sigmoid(zf!);
    const g = tanh(zg!);
    const o = sigmoid(zo!);
    const cell = add(multiply(f, c!), multiply(i, g));
    return [multiply(o, tanh(cell)), cell];
  },
};
