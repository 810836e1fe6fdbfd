import { numberOption } from '../../foundation/options.js';
import { splitColumns } from '../../graph/operations/movement.js';
import { add, constant, multiply, sigmoid, subtract } from '../../graph/operations/pointwise.js';
import { declareCell, forgetBiasOption, statesOfSize } from './cell.js';

/**
 * The simple recurrent unit (Lei, Zhang, Wang, Dai and Artzi 2018, equations 1 to 4): the gates see the state through a weight for each
 * unit, so that all products of a window are one; a highway takes the input past the cell.
 *
 *     f, r = sigmoid(W x + v * c + b), with c before the step
 *     c = f * c + (1 - f) * W x
 *     h = r * c + (1 - r) * alpha * x
 *
 * alpha = sqrt(1 + 2 exp(b)) with b the first value of the bias of r (section 3.2). If the layer has other numbers of inputs
 * and outputs, the highway takes a separate product W x in the place of x.
 */
export const sru = declareCell({
  type: 'sru',
  name: () => 'SRU',
  describe: "Simple recurrent unit with a highway: c' = f*c + (1-f)*Wx, h = r*c' + (1-r)*x (Lei et al. 2018).",
  options: {
    forgetBias: forgetBiasOption,
    highwayBias: numberOption(
      { from: -100, to: 20 },
      0,
      'Starting value of the bias of the highway gate r; below 0 more of the input passes. The input is scaled to suit it.',
    ),
  },
  create: ({ forgetBias, highwayBias }) => ({
    parameters: (inputSize, size) => [
      // One below the other: the candidate, f, r, and the input of the highway where the sizes differ.
      ...[inputSize === size ? 3 : 4].map(
        (blocks) => ({ name: 'weight_ih', shape: [blocks * size, inputSize], role: 'input', blocks, fan: inputSize }) as const,
      ),
      // The weights of the state in f and r, one for each unit: vectors, which are initialized as biases are.
      { name: 'v', shape: [2 * size], role: 'bias', blocks: 2, fan: inputSize },
      { name: 'bias_f', shape: [size], role: 'bias', fan: inputSize, forgetGate: { block: 0, share: 1, bias: forgetBias } },
      { name: 'bias_r', shape: [size], role: 'bias', initial: highwayBias },
    ],
    states: statesOfSize('c'),
    retention: { tap: 'gate.f' },
    step(x, [c], { weight_ih, v, bias_f, bias_r }, { tap, linear, update }) {
      const H = c!.columns;
      const [candidate, xf, xr, projected] = splitColumns(linear(x, weight_ih!), weight_ih!.rows / H);
      const [vf, vr] = splitColumns(v!, 2);
      const f = tap('gate.f', sigmoid(add(add(xf!, multiply(vf!, c!)), bias_f!)));
      const r = tap('gate.r', sigmoid(add(add(xr!, multiply(vr!, c!)), bias_r!)));
      const cell = add(multiply(f, c!), multiply(subtract(constant(1), f), update(candidate!)));
      const skipped = multiply(projected ?? x, constant(Math.sqrt(1 + 2 * Math.exp(highwayBias))));
      const output = add(multiply(r, cell), multiply(subtract(constant(1), r), skipped));
      return { output, state: [cell] };
    },
  }),
});
