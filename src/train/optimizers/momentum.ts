import { add } from '../../graph/operations/add.js';
import { constant } from '../../graph/operations/constant.js';
import { multiply } from '../../graph/operations/multiply.js';
import { subtract } from '../../graph/operations/subtract.js';
import type { Optimizer } from './optimizer.js';

export interface MomentumOptions {
  readonly momentum: number;
  readonly nesterov: boolean;
}

/**
 * Gradient descent with momentum, in PyTorch's form (Sutskever et al. 2013 put the learning rate into the velocity):
 *
 *     v = momentum v + g      p = p - lr v      (nesterov: p = p - lr (g + momentum v))
 */
export function momentum({ momentum: share, nesterov }: MomentumOptions): Optimizer {
  return {
    moments: ['velocity'],
    scalars: () => ({}),
    update({ parameter, gradient, learningRate, moments: [v] }) {
      const velocity = add(multiply(constant(share), v!), gradient);
      const direction = nesterov ? add(gradient, multiply(constant(share), velocity)) : velocity;
      return { parameter: subtract(parameter, multiply(learningRate, direction)), moments: [velocity] };
    },
  };
}
