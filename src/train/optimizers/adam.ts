import { numberOption, type ValuesOf } from '../../foundation/options.js';
import { add, constant, divide, multiply, sqrt, subtract } from '../../graph/operations/pointwise.js';
import {
  decayed,
  declareOptimizer,
  epsilonOption,
  learningRateOption,
  type Optimizer,
  plainStabilityBound,
  weightDecayOption,
  wholePower,
} from './optimizer.js';

const moments = {
  learningRate: learningRateOption(1e-3),
  beta1: numberOption({ from: 0, below: 1 }, 0.9, 'Decay of the running mean of the gradient.'),
  beta2: numberOption({ from: 0, below: 1 }, 0.999, 'Decay of the running mean of the squared gradient.'),
  epsilon: epsilonOption,
};

type AdamValues = Pick<ValuesOf<typeof moments>, 'beta1' | 'beta2' | 'epsilon'>;

export const adam = declareOptimizer({
  type: 'adam',
  describe: 'Adam (Kingma and Ba 2015).',
  options: moments,
  create: (values) => adamEquations(values, 0),
});

export const adamw = declareOptimizer({
  type: 'adamw',
  describe: 'Adam with decoupled weight decay (Loshchilov and Hutter 2019).',
  options: { ...moments, weightDecay: weightDecayOption(0.01) },
  create: (values) => adamEquations(values, values.weightDecay),
});

/**
 * Adam (Kingma and Ba 2015):
 *
 *     m = beta1 m + (1 - beta1) g      v = beta2 v + (1 - beta2) g^2
 *     p = p - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * AdamW (Loshchilov and Hutter 2019) first subtracts lr * weightDecay * p from every parameter p.
 */
export function adamEquations({ beta1, beta2, epsilon }: AdamValues, weightDecay: number): Optimizer {
  const rootCorrection = (step: number) => 1 / Math.sqrt(1 - wholePower(beta2, step));
  return {
    moments: ['mean', 'square'],
    scaling: { moment: 'square', rootCorrection, epsilon },
    // Cohen et al. 2022, "Adaptive gradient methods at the edge of stability": momentum as a running mean allows steps that are longer.
    stabilityBound: (plainStabilityBound * (1 + beta1)) / (1 - beta1),
    scalars: (step) => ({
      meanCorrection: 1 / (1 - wholePower(beta1, step)),
      rootCorrection: rootCorrection(step),
    }),
    update({ parameter, gradient, learningRate, moments: [m, v], scalars: { meanCorrection, rootCorrection } }) {
      const mean = add(multiply(constant(beta1), m!), multiply(constant(1 - beta1), gradient));
      const square = add(multiply(constant(beta2), v!), multiply(multiply(constant(1 - beta2), gradient), gradient));
      const root = add(multiply(sqrt(square), rootCorrection!), constant(epsilon));
      const step = multiply(multiply(learningRate, meanCorrection!), divide(mean, root));
      return { parameter: subtract(decayed(parameter, learningRate, weightDecay), step), moments: [mean, square] };
    },
  };
}
