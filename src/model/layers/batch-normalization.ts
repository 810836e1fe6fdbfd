import { numberOption } from '../../foundation/options.js';
import { add } from '../../graph/operations/pointwise.js';
import { batchNormalized } from '../column-normalization.js';
import { declareLayer } from './layer.js';

/** Batch normalization of the inputs (see {@link batchNormalized}), then a bias: y = BN(x) + b. */
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
    forward(x, context) {
      const gain = context.parameter('weight');
      const buffers = { runningMean: 'running_mean', runningVariance: 'running_var' };
      const normalized = batchNormalized(x, { gain, ...buffers, momentum, epsilon }, context);
      return { output: add(normalized, context.parameter('bias')), state: [] };
    },
  }),
});
