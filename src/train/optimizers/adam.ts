import type { Node } from '../../graph/node.js';
import { add } from '../../graph/operations/add.js';
import { constant } from '../../graph/operations/constant.js';
import { divide } from '../../graph/operations/divide.js';
import { multiply } from '../../graph/operations/multiply.js';
import { sqrt } from '../../graph/operations/sqrt.js';
import { subtract } from '../../graph/operations/subtract.js';
import { type Optimizer, wholePower } from './optimizer.js';

export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/**
 * Adam (Kingma and Ba 2015):
 *
 *     m = beta1 m + (1 - beta1) g      v = beta2 v + (1 - beta2) g^2
 *     p = p - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * and AdamW (Loshchilov and Hutter 2019), which first takes the share lr * weightDecay off every parameter.
 */
export function adam({ beta1, beta2, epsilon }: AdamOptions, weightDecay = 0): Optimizer {
  return {
    moments: ['mean', 'square'],
    scalars: (step) => ({
      meanCorrection: 1 / (1 - wholePower(beta1, step)),
      rootCorrection: 1 / Math.sqrt(1 - wholePower(beta2, step)),
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

function decayed(parameter: Node, learningRate: Node, weightDecay: number): Node {
  if (weightDecay === 0) return parameter;
  return subtract(parameter, multiply(multiply(learningRate, constant(weightDecay)), parameter));
}
