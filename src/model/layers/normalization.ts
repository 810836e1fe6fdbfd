import { choiceOption, numberOption } from '../../foundation/options.js';
import { scaledRows } from '../row-normalization.js';
import { declareLayer } from './layer.js';

/**
 * Normalization of each position over its H values. `layer` (Ba, Kiros and Hinton 2016), with m the mean of x:
 *
 *     y = g * (x - m) / sqrt(mean((x - m)^2) + epsilon) + b
 *
 * `rms` (Zhang and Sennrich 2019), which does not subtract the mean and has no bias:
 *
 *     y = g * x / sqrt(mean(x^2) + epsilon)
 */
export const normalization = declareLayer({
  type: 'normalization',
  name: ({ form }) => (form === 'layer' ? 'layer normalization' : 'RMS normalization'),
  describe: 'Each position normalized over its values (Ba et al. 2016, Zhang and Sennrich 2019).',
  options: {
    form: choiceOption(
      ['layer', 'rms'],
      'layer',
      'What is normalized: the values to mean 0 and variance 1, then a gain and a bias (layer), or to mean square 1, then a gain (rms).',
    ),
    epsilon: numberOption({ above: 0, to: 1 }, 1e-5, 'Added to the variance or the mean square before its square root.'),
  },
  sized: false,
  create: ({ form, epsilon }, { size }) => ({
    parameters: [
      { name: 'weight', shape: [size], role: 'gain' },
      ...(form === 'layer' ? [{ name: 'bias', shape: [size], role: 'bias', initial: 0 } as const] : []),
    ],
    states: [],
    forward(x, { parameter }) {
      return { output: scaledRows(x, form, epsilon, parameter('weight'), () => parameter('bias')), state: [] };
    },
  }),
});
