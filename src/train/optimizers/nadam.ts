import { numberOption } from '../../foundation/options.js';
import { realPower } from '../../foundation/special-functions.js';
import { add, constant, divide, multiply, sqrt, subtract } from '../../graph/operations/pointwise.js';
import { decayed, declareOptimizer, epsilonOption, learningRateOption, weightDecayOption, wholePower } from './optimizer.js';

/**
 * NAdam (Dozat 2016): Adam with Nesterov's momentum, whose coefficient grows from beta1 / 2 to beta1, as in PyTorch:
 *
 *     mu(t) = beta1 (1 - 0.96^(t momentumDecay) / 2)      M(t) = mu(1) ... mu(t)
 *     m = beta1 m + (1 - beta1) g      v = beta2 v + (1 - beta2) g^2
 *     p = p - lr ((1 - mu(t)) / (1 - M(t)) g + mu(t+1) / (1 - M(t+1)) m) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * With weight decay, lr * weightDecay * p is first subtracted from every parameter p.
 */
export const nadam = declareOptimizer({
  type: 'nadam',
  describe: "Adam with Nesterov's momentum (Dozat 2016, as in PyTorch).",
  options: {
    learningRate: learningRateOption(2e-3),
    beta1: numberOption({ from: 0, below: 1 }, 0.9, 'Decay of the running mean of the gradient.'),
    beta2: numberOption({ from: 0, below: 1 }, 0.999, 'Decay of the running mean of the squared gradient.'),
    momentumDecay: numberOption({ from: 0, to: 1 }, 0.004, 'How fast the share of the momentum grows to beta1.'),
    epsilon: epsilonOption,
    weightDecay: weightDecayOption(0),
  },
  create({ beta1, beta2, momentumDecay, epsilon, weightDecay }) {
    const share = momentumShares(beta1, momentumDecay);
    const rootCorrection = (step: number) => 1 / Math.sqrt(1 - wholePower(beta2, step));
    return {
      moments: ['mean', 'square'],
      scaling: { moment: 'square', rootCorrection, epsilon },
      scalars(step) {
        const { now, next, product } = share(step);
        return {
          gradientShare: (1 - now) / (1 - product),
          meanShare: next / (1 - product * next),
          rootCorrection: rootCorrection(step),
        };
      },
      update({ parameter, gradient, learningRate, moments: [m, v], scalars: { gradientShare, meanShare, rootCorrection } }) {
        const mean = add(multiply(constant(beta1), m!), multiply(constant(1 - beta1), gradient));
        const square = add(multiply(constant(beta2), v!), multiply(multiply(constant(1 - beta2), gradient), gradient));
        const root = add(multiply(sqrt(square), rootCorrection!), constant(epsilon));
        const direction = add(multiply(gradientShare!, gradient), multiply(meanShare!, mean));
        const step = multiply(learningRate, divide(direction, root));
        return { parameter: subtract(decayed(parameter, learningRate, weightDecay), step), moments: [mean, square] };
      },
    };
  },
});

/** Computes mu(t), mu(t + 1) and M(t). Consecutive steps cost one multiplication each; any other step starts from mu(1). */
function momentumShares(beta1: number, momentumDecay: number) {
  const decay = realPower(0.96, momentumDecay);
  const mu = (step: number) => beta1 * (1 - 0.5 * wholePower(decay, step));
  let last = 0;
  let product = 1;
  return (step: number) => {
    if (step < last) {
      last = 0;
      product = 1;
    }
    while (last < step) product *= mu(++last);
    return { now: mu(step), next: mu(step + 1), product };
  };
}
