import { multiply, subtract } from '../../graph/operations/pointwise.js';
import { declareOptimizer, learningRateOption, plainStabilityBound } from './optimizer.js';

/** Stochastic gradient descent: p = p - lr g. */
export const sgd = declareOptimizer({
  type: 'sgd',
  describe: 'Plain stochastic gradient descent.',
  options: { learningRate: learningRateOption(1) },
  create: () => ({
    moments: [],
    stabilityBound: plainStabilityBound,
    scalars: () => ({}),
    update: ({ parameter, gradient, learningRate }) => ({
      parameter: subtract(parameter, multiply(learningRate, gradient)),
      moments: [],
    }),
  }),
});
