import { numberOption } from '../../foundation/options.js';
import { add, constant, multiply, tanh } from '../../graph/operations/pointwise.js';
import { declareCell, statesOfSize } from './cell.js';

/**
 * The network of Jordan 1986: its output feeds back (in Elman's network, the hidden values do). The cell contains an output layer, whose
 * output y is also the output of the cell:
 *
 *     h = tanh(W x + U s + b)      y = tanh(V h + b')
 *     s = decay * s + y
 *
 * Jordan's network has one hidden layer, and what feeds back is what it predicts. A language model predicts a distribution over the
 * vocabulary, whose token it gets as its next input anyway; so here each layer of a stack feeds back an output of its own.
 */
export const jordan = declareCell({
  type: 'jordan',
  name: () => 'Jordan network',
  describe: 'Recurrent network whose output feeds back: h = tanh(Wx + Us), y = tanh(Vh), s = decay*s + y (Jordan 1986).',
  options: {
    decay: numberOption({ from: 0, below: 1 }, 0, 'Share of the state that is kept when the output is added to it.'),
  },
  create: ({ decay }) => ({
    parameters: (inputSize, size) => [
      { name: 'weight_ih', shape: [size, inputSize], role: 'input', fan: size },
      { name: 'weight_hh', shape: [size, size], role: 'recurrent' },
      { name: 'bias', shape: [size], role: 'bias', fan: size },
      { name: 'weight_out', shape: [size, size], role: 'input' },
      { name: 'bias_out', shape: [size], role: 'bias', fan: size },
    ],
    states: statesOfSize('s'),
    step(x, [s], { weight_ih, weight_hh, bias, weight_out, bias_out }, { tap, linear }) {
      const h = tap('hidden', tanh(add(linear(x, weight_ih!, bias!), linear(s!, weight_hh!))));
      const output = tanh(linear(h, weight_out!, bias_out!));
      return { output, state: [decay === 0 ? output : add(multiply(constant(decay), s!), output)] };
    },
  }),
});
