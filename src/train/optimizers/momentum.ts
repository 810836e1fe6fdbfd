import { numberOption, switchOption } from '../../foundation/options.js';
import { add, constant, multiply, subtract } from '../../graph/operations/pointwise.js';
import { declareOptimizer, learningRateOption } from './optimizer.js';

/**
 * Gradient descent with momentum, in PyTorch's form (Sutskever et al. 2013 put the learning rate into the velocity):
 *
 *     v = momentum v + g      p = p - lr v      (nesterov: p = p - lr (g + momentum v))
 */
export const momentum = declareOptimizer({
  type: 'momentum',
  describe: 'Gradient descent with momentum (Sutskever et al. 2013, as in PyTorch).',
  options: {
    learningRate: learningRateOption(0.1),
    momentum: numberOption({ above: 0, below: 1 }, 0.9, 'Share of the previous step that is kept.'),
    nesterov: switchOption(false, 'Look ahead along the momentum first (Nesterov).'),
  },
  create: ({ momentum: share, nesterov }) => ({
    moments: ['velocity'],
    scalars: () => ({}),
    update({ parameter, gradient, learningRate, moments: [v] }) {
      const velocity = add(multiply(constant(share), v!), gradient);
      const direction = nesterov ? add(gradient, multiply(constant(share), velocity)) : velocity;
      return { parameter: subtract(parameter, multiply(learningRate, direction)), moments: [velocity] };
    },
  }),
});
