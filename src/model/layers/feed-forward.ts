import { choiceOption } from '../../foundation/options.js';
import { relu, sigmoid, tanh } from '../../graph/operations/pointwise.js';
import { linear } from '../cells/cell.js';
import { declareLayer } from './layer.js';

/** A layer without a state: y = f(W x + b) at each position, with f the rectifier, the tanh, the sigmoid or the identity. */
export const feedForward = declareLayer({
  type: 'feed-forward',
  name: ({ activation }) => `feed-forward (${activation})`,
  describe: 'A layer without a state, f(W x + b) at each position (Pascanu et al. 2014, as a deep transition to the outputs).',
  options: {
    activation: choiceOption(['relu', 'tanh', 'sigmoid', 'none'], 'relu', 'Function applied to each sum.'),
  },
  sized: true,
  create: ({ activation }, { inputSize, size }) => ({
    parameters: [
      { name: 'weight', shape: [size, inputSize], role: 'input', fan: inputSize },
      { name: 'bias', shape: [size], role: 'bias', fan: inputSize },
    ],
    states: [],
    forward(x, { parameter }) {
      const sum = linear(x, parameter('weight'), parameter('bias'));
      switch (activation) {
        case 'relu':
          return { output: relu(sum), state: [] };
        case 'tanh':
          return { output: tanh(sum), state: [] };
        case 'sigmoid':
          return { output: sigmoid(sum), state: [] };
        case 'none':
          return { output: sum, state: [] };
      }
    },
  }),
});
