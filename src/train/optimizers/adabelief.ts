import { numberOption } from '../../foundation/options.js';
import { add, constant, divide, multiply, sqrt, subtract } from '../../graph/operations/pointwise.js';
import { decayed, declareOptimizer, learningRateOption, weightDecayOption, wholePower } from './optimizer.js';

/**
 * AdaBelief (Zhuang et al. 2020): the step is divided by the distance of the gradient from its running mean, not by its size:
 *
 *     m = beta1 m + (1 - beta1) g      s = beta2 s + (1 - beta2) (g - m)^2 + epsilon
 *     p = p - lr (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + epsilon)
 *
 * The epsilons that are added to s in t steps sum to epsilon (1 - beta2^t) / (1 - beta2). The running array is s without them, so that it
 * stays zero in the gaps between parameters. Weight decay is decoupled, as the paper recommends.
 */
export const adabelief = declareOptimizer({
  type: 'adabelief',
  describe: 'Adam that divides by the deviation of the gradient from its running mean (Zhuang et al. 2020).',
  options: {
    learningRate: learningRateOption(1e-3),
    beta1: numberOption({ from: 0, below: 1 }, 0.9, 'Decay of the running mean of the gradient.'),
    beta2: numberOption({ from: 0, below: 1 }, 0.999, 'Decay of the running mean of the squared deviation.'),
    epsilon: numberOption({ above: 0, to: 1 }, 1e-16, 'Added to the squared deviation at each step, and to its root.'),
    weightDecay: weightDecayOption(0),
  },
  create: ({ beta1, beta2, epsilon, weightDecay }) => ({
    moments: ['mean', 'deviation'],
    scaling: {
      moment: 'deviation',
      rootCorrection: (step) => 1 / Math.sqrt(1 - wholePower(beta2, step)),
      // The sum of the epsilons is added below the root.
      epsilon: Math.sqrt(epsilon / (1 - beta2)) + epsilon,
    },
    scalars: (step) => ({
      meanCorrection: 1 / (1 - wholePower(beta1, step)),
      deviationCorrection: 1 / (1 - wholePower(beta2, step)),
    }),
    update({ parameter, gradient, learningRate, moments: [m, s], scalars: { meanCorrection, deviationCorrection } }) {
      const mean = add(multiply(constant(beta1), m!), multiply(constant(1 - beta1), gradient));
      const distance = subtract(gradient, mean);
      const deviation = add(multiply(constant(beta2), s!), multiply(multiply(constant(1 - beta2), distance), distance));
      const corrected = add(multiply(deviation, deviationCorrection!), constant(epsilon / (1 - beta2)));
      const step = divide(multiply(multiply(learningRate, meanCorrection!), mean), add(sqrt(corrected), constant(epsilon)));
      return { parameter: subtract(decayed(parameter, learningRate, weightDecay), step), moments: [mean, deviation] };
    },
  }),
});
