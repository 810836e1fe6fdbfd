import { multiply } from '../../graph/operations/multiply.js';
import { subtract } from '../../graph/operations/subtract.js';
import type { Optimizer } from './optimizer.js';

/** Stochastic gradient descent: p = p - lr g. */
export const sgd: Optimizer = {
  moments: [],
  scalars: () => ({}),
  update: ({ parameter, gradient, learningRate }) => ({
    parameter: subtract(parameter, multiply(learningRate, gradient)),
    moments: [],
  }),
};
