import type { Node } from '../../graph/node.js';
import { add } from '../../graph/operations/add.js';
import { relu } from '../../graph/operations/relu.js';
import { tanh } from '../../graph/operations/tanh.js';
import { type Cell, linear } from './cell.js';

/** The simple recurrent network of Elman 1990: h = f(W x + b + U h + b'), with f the tanh or the rectifier. */
function elman(nonlinearity: (x: Node) => Node, activation: 'Tanh' | 'Relu'): Cell {
  return {
    gates: 1,
    standardOperator: { type: 'RNN', gates: [0], attributes: { activations: [activation] } },
    states: ['h'],
    step: (x, [h], { weight_ih, weight_hh, bias_ih, bias_hh }) => [
      nonlinearity(add(linear(x, weight_ih, bias_ih), linear(h!, weight_hh, bias_hh))),
    ],
  };
}

export const rnnTanh = elman(tanh, 'Tanh');
export const rnnRelu = elman(relu, 'Relu');
