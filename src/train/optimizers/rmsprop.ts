import { add } from '../../graph/operations/add.js';
import { constant } from '../../graph/operations/constant.js';
import { divide } from '../../graph/operations/divide.js';
import { multiply } from '../../graph/operations/multiply.js';
import { sqrt } from '../../graph/operations/sqrt.js';
import { subtract } from '../../graph/operations/subtract.js';
import type { Optimizer } from './optimizer.js';

export interface RmspropOptions {
  readonly decay: number;
  readonly epsilon: number;
}

/**
 * RMSprop (Tieleman and Hinton 2012), with epsilon outside of the root as PyTorch has it:
 *
 *     s = decay s + (1 - decay) g^2      p = p - lr g / (sqrt(s) + epsilon)
 */
export function rmsprop({ decay, epsilon }: RmspropOptions): Optimizer {
  return {
    moments: ['square'],
    scalars: () => ({}),
    update({ parameter, gradient, learningRate, moments: [s] }) {
      const square = add(multiply(constant(decay), s!), multiply(multiply(constant(1 - decay), gradient), gradient));
      const step = divide(gradient, add(sqrt(square), constant(epsilon)));
      return { parameter: subtract(parameter, multiply(learningRate, step)), moments: [square] };
    },
  };
}
