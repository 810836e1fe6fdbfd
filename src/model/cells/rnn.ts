import { choiceOption } from '../../foundation/options.js';
import { add, relu, tanh } from '../../graph/operations/pointwise.js';
import { declareCell, gatedParameters, statesOfSize } from './cell.js';

/** The simple recurrent network of Elman 1990: h = f(W x + b + U h + b'), with f the tanh or the rectifier. */
export const rnn = declareCell({
  type: 'rnn',
  name: ({ nonlinearity }) => `RNN (${nonlinearity})`,
  describe: 'The plain recurrent network (Elman 1990).',
  options: { nonlinearity: choiceOption(['tanh', 'relu'], 'tanh', 'Function applied to the sum.') },
  importedGates: 1,
  create: ({ nonlinearity }) => ({
    parameters: gatedParameters({ gates: 1 }),
    states: statesOfSize('h'),
    onnx: { type: 'RNN', gates: [0], attributes: { activations: [nonlinearity === 'tanh' ? 'Tanh' : 'Relu'] } },
    ...(nonlinearity === 'relu' && { unbounded: { name: 'a relu network', remedy: 'set its nonlinearity to tanh' } }),
    torch: { module: 'RNN', arguments: `nonlinearity="${nonlinearity}"` },
    step(x, [h], { weight_ih, weight_hh, bias_ih, bias_hh }, { linear }) {
      const f = nonlinearity === 'tanh' ? tanh : relu;
      const output = f(add(linear(x, weight_ih!, bias_ih!), linear(h!, weight_hh!, bias_hh!)));
      return { output, state: [output] };
    },
  }),
});
