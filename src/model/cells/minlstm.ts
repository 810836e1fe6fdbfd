import { splitColumns } from '../../graph/operations/movement.js';
import { add, divide, multiply, sigmoid } from '../../graph/operations/pointwise.js';
import { declareCell, forgetBiasOption, gatedParameters, statesOfSize } from './cell.js';
import { candidateOption, positive } from './mingru.js';

/**
 * minLSTM (Feng, Tung, Ahmed, Bengio and Hajimirsadeghi 2024, "Were RNNs all we needed?"): an LSTM whose gates and candidate do not see the
 * state, so that all products of a window are one. The gates are divided by their sum. With g as in minGRU:
 *
 *     f, i = sigmoid(W x + b)      n = g(W x + b)
 *     h = f / (f + i) * h + i / (f + i) * n
 */
export const minlstm = declareCell({
  type: 'minlstm',
  name: ({ candidate }) => `minLSTM (${candidate} candidate)`,
  describe: "Minimal LSTM whose gates see the input alone: h' = (f*h + i*n) / (f+i) (Feng et al. 2024).",
  options: { candidate: candidateOption, forgetBias: forgetBiasOption },
  create: ({ candidate, forgetBias }) => ({
    parameters: gatedParameters({ gates: 3, recurrent: false, biases: ['bias'], forgetGate: 0, forgetBias, inputGate: 1 }),
    states: statesOfSize('h'),
    retention: { tap: 'gate.f' },
    step(x, [h], { weight_ih, bias }, { tap, linear, update }) {
      const [xf, xi, xn] = splitColumns(linear(x, weight_ih!, bias!), 3);
      const [f, i] = [sigmoid(xf!), sigmoid(xi!)];
      const sum = add(f, i);
      const ofOld = tap('gate.f', divide(f, sum));
      const ofNew = tap('gate.i', divide(i, sum));
      const n = tap('candidate.n', candidate === 'positive' ? positive(xn!) : xn!);
      const output = add(multiply(ofOld, h!), multiply(ofNew, update(n)));
      return { output, state: [output] };
    },
  }),
});
