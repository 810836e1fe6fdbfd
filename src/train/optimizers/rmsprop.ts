import { numberOption } from '../../foundation/options.js';
import { add, constant, divide, multiply, sqrt, subtract } from '../../graph/operations/pointwise.js';
import {
  decayed,
  declareOptimizer,
  epsilonOption,
  learningRateOption,
  plainStabilityBound,
  weightDecayOption,
} from './optimizer.js';

/**
 * RMSprop (Tieleman and Hinton 2012), with epsilon outside the root as in PyTorch:
 *
 *     s = decay s + (1 - decay) g^2      p = p - lr g / (sqrt(s) + epsilon)
 *
 * With weight decay, lr * weightDecay * p is first subtracted from every parameter p.
 */
export const rmsprop = declareOptimizer({
  type: 'rmsprop',
  describe: 'Steps divided by the root of a running mean of squared gradients (Hinton 2012).',
  options: {
    learningRate: learningRateOption(2e-3),
    decay: numberOption({ from: 0, below: 1 }, 0.95, 'Decay of the running mean of squares.'),
    epsilon: epsilonOption,
    weightDecay: weightDecayOption(0),
  },
  create: ({ decay, epsilon, weightDecay }) => ({
    moments: ['square'],
    scaling: { moment: 'square', rootCorrection: () => 1, epsilon },
    stabilityBound: plainStabilityBound,
    scalars: () => ({}),
    update({ parameter, gradient, learningRate, moments: [s] }) {
      const square = add(multiply(constant(decay), s!), multiply(multiply(constant(1 - decay), gradient), gradient));
      const step = divide(gradient, add(sqrt(square), constant(epsilon)));
      const kept = decayed(parameter, learningRate, weightDecay);
      return { parameter: subtract(kept, multiply(learningRate, step)), moments: [square] };
    },
  }),
});
