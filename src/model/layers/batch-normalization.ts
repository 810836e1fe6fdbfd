import { numberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { add, constant, divide, maximum, multiply, sqrt, subtract } from '../../graph/operations/pointwise.js';
import { columnSums, shardSum } from '../../graph/operations/sums.js';
import { declareLayer } from './layer.js';

/**
 * Batch normalization of a sequence (Ioffe and Szegedy 2015; over time and batch together: Laurent et al. 2016). In training, with the mean
 * m and the variance v of each value over the n positions of the whole batch's window that count:
 *
 *     y = g * (x - m) / sqrt(v + epsilon) + b
 *
 *     running_mean = (1 - momentum) * running_mean + momentum * m
 *     running_var  = (1 - momentum) * running_var  + momentum * v * n / (n - 1)
 *
 * Otherwise the running statistics stand for m and v, so that a position depends on no other.
 */
export const batchNormalization = declareLayer({
  type: 'batch-normalization',
  name: () => 'batch normalization',
  describe:
    'Each value normalized over all positions of the batch, after training by running statistics (Laurent et al. 2016).',
  options: {
    momentum: numberOption({ above: 0, to: 1 }, 0.1, 'Share of the running statistics that each training window replaces.'),
    epsilon: numberOption({ above: 0, to: 1 }, 1e-5, 'Added to the variance before its square root.'),
  },
  sized: false,
  create: ({ momentum, epsilon }, { size }) => ({
    parameters: [
      { name: 'weight', shape: [size], role: 'gain' },
      { name: 'bias', shape: [size], role: 'bias', initial: 0 },
      { name: 'running_mean', shape: [size], role: 'buffer' },
      { name: 'running_var', shape: [size], role: 'buffer', initial: 1 },
    ],
    states: [],
    forward(x, { parameter, counted, updateBuffer }) {
      const running = { mean: parameter('running_mean'), variance: parameter('running_var') };
      const scaled = (centred: Node, variance: Node) => {
        const scale = divide(parameter('weight'), sqrt(add(variance, constant(epsilon))));
        return { output: add(multiply(centred, scale), parameter('bias')), state: [] };
      };
      if (!counted) return scaled(subtract(x, running.mean), running.variance);
      const { weights, inverseCount } = counted;
      const overAll = (values: Node) => multiply(shardSum(columnSums(multiply(values, weights))), inverseCount);
      const mean = overAll(x);
      const centred = subtract(x, mean);
      const variance = overAll(multiply(centred, centred));
      // n / (n - 1), and of a single position, whose variance is 0, anything.
      const unbiased = divide(variance, maximum(subtract(constant(1), inverseCount), constant(0.5)));
      const moved = (before: Node, now: Node) =>
        add(multiply(before, constant(1 - momentum)), multiply(now, constant(momentum)));
      updateBuffer('running_mean', moved(running.mean, mean));
      updateBuffer('running_var', moved(running.variance, unbiased));
      return scaled(centred, variance);
    },
  }),
});
