import { wholeNumberOption } from '../../foundation/options.js';
import { splitColumns } from '../../graph/operations/movement.js';
import { add, constant, multiply, sigmoid, subtract, tanh } from '../../graph/operations/pointwise.js';
import { declareCell, forgetBiasOption, gatedParameters, statesOfSize } from './cell.js';

/**
 * The quasi-recurrent network (Bradbury, Merity, Xiong and Socher 2017) with fo-pooling. The gates are a convolution over the last k inputs,
 * so that all products of a window are one. With X the inputs of this step and of the k - 1 steps before it, side by side:
 *
 *     z = tanh(W X + b)      f, o = sigmoid(W X + b)
 *     c = f * c + (1 - f) * z      h = o * c
 */
export const qrnn = declareCell({
  type: 'qrnn',
  name: ({ window }) => `QRNN (${window} ${window === 1 ? 'input' : 'inputs'})`,
  describe: "Quasi-recurrent network with fo-pooling: c' = f*c + (1-f)*z, h = o*c' (Bradbury et al. 2017).",
  options: {
    window: wholeNumberOption(1, 8, 2, 'Inputs that a step reads: its own and those of the steps before it.'),
    forgetBias: forgetBiasOption,
  },
  create: ({ window, forgetBias }) => {
    const gated = gatedParameters({ gates: 3, recurrent: false, biases: ['bias'], forgetGate: 1, forgetBias });
    return {
      parameters: (inputSize, size) => gated(window * inputSize, size),
      states: statesOfSize('c'),
      retention: { tap: 'gate.f' },
      inputSteps: window,
      step(x, [c], { weight_ih, bias }, { tap, linear, update }) {
        const [xz, xf, xo] = splitColumns(linear(x, weight_ih!, bias!), 3);
        const z = tap('candidate.z', tanh(xz!));
        const f = tap('gate.f', sigmoid(xf!));
        const o = tap('gate.o', sigmoid(xo!));
        const cell = add(multiply(f, c!), multiply(subtract(constant(1), f), update(z)));
        return { output: multiply(o, cell), state: [cell] };
      },
    };
  },
});
