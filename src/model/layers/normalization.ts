import { choiceOption, numberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { add, constant, divide, multiply, sqrt, subtract } from '../../graph/operations/pointwise.js';
import { rowSums } from '../../graph/operations/sums.js';
import { declareLayer } from './layer.js';

/**
 * Normalization of each position over its H values. `layer` (Ba, Kiros and Hinton 2016), with m the mean of x:
 *
 *     y = g * (x - m) / sqrt(mean((x - m)^2) + epsilon) + b
 *
 * `rms` (Zhang and Sennrich 2019), which leaves the mean as it is and has no bias:
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
      if (form === 'rms') return { output: multiply(normalized(x, epsilon), parameter('weight')), state: [] };
      const centred = normalized(subtract(x, rowMeans(x)), epsilon);
      return { output: add(multiply(centred, parameter('weight')), parameter('bias')), state: [] };
    },
  }),
});

/** x [rows, H] with a mean square of 1 in each row, up to epsilon. */
const normalized = (x: Node, epsilon: number) => divide(x, sqrt(add(rowMeans(multiply(x, x)), constant(epsilon))));

/** The mean of each row, [rows, 1]. */
const rowMeans = (x: Node) => multiply(rowSums(x), constant(1 / x.columns));
