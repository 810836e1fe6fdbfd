import { numberOption } from '../../foundation/options.js';
import { add, constant, multiply, sign, subtract } from '../../graph/operations/pointwise.js';
import { decayed, declareOptimizer, learningRateOption, weightDecayOption } from './optimizer.js';

/**
 * Lion (Chen et al. 2023): every element changes by the learning rate, in the direction of a weighted sum of gradient and running mean:
 *
 *     p = p - lr (sign(beta1 m + (1 - beta1) g) + weightDecay p)      m = beta2 m + (1 - beta2) g
 */
export const lion = declareOptimizer({
  type: 'lion',
  describe: 'The sign of a mixture of gradient and momentum (Chen et al. 2023); needs a third to a tenth of the rate of Adam.',
  options: {
    learningRate: learningRateOption(1e-4),
    beta1: numberOption({ from: 0, below: 1 }, 0.9, 'Share of the running mean in the direction of a step.'),
    beta2: numberOption({ from: 0, below: 1 }, 0.99, 'Decay of the running mean of the gradient.'),
    weightDecay: weightDecayOption(0),
  },
  create: ({ beta1, beta2, weightDecay }) => ({
    moments: ['mean'],
    scalars: () => ({}),
    update({ parameter, gradient, learningRate, moments: [m] }) {
      const direction = sign(add(multiply(constant(beta1), m!), multiply(constant(1 - beta1), gradient)));
      const mean = add(multiply(constant(beta2), m!), multiply(constant(1 - beta2), gradient));
      const kept = decayed(parameter, learningRate, weightDecay);
      return { parameter: subtract(kept, multiply(learningRate, direction)), moments: [mean] };
    },
  }),
});
