import { numberOption, switchOption } from '../../foundation/options.js';
import { add, constant, multiply, subtract } from '../../graph/operations/pointwise.js';
import { decayed, declareOptimizer, learningRateOption, plainStabilityBound, weightDecayOption } from './optimizer.js';

/**
 * Gradient descent with momentum, in PyTorch's form (Sutskever et al. 2013 include the learning rate in the velocity):
 *
 *     v = momentum v + g      p = p - lr v      (nesterov: p = p - lr (g + momentum v))
 *
 * With weight decay (SGDW, Loshchilov and Hutter 2019) lr * weightDecay * p is first subtracted from every parameter p.
 */
export const momentum = declareOptimizer({
  type: 'momentum',
  describe: 'Gradient descent with momentum (Sutskever et al. 2013, as in PyTorch).',
  options: {
    learningRate: learningRateOption(0.1),
    momentum: numberOption({ above: 0, below: 1 }, 0.9, 'Share of the previous step that is kept.'),
    nesterov: switchOption(false, 'Use Nesterov momentum.'),
    weightDecay: weightDecayOption(0),
  },
  create: ({ momentum: share, nesterov, weightDecay }) => ({
    moments: ['velocity'],
    // Cohen et al. 2021, "Gradient descent on neural networks typically occurs at the edge of stability", section 2.
    stabilityBound: (plainStabilityBound * (1 + share)) / (nesterov ? 1 + 2 * share : 1),
    scalars: () => ({}),
    update({ parameter, gradient, learningRate, moments: [v] }) {
      const velocity = add(multiply(constant(share), v!), gradient);
      const direction = nesterov ? add(gradient, multiply(constant(share), velocity)) : velocity;
      const kept = decayed(parameter, learningRate, weightDecay);
      return { parameter: subtract(kept, multiply(learningRate, direction)), moments: [velocity] };
    },
  }),
});
