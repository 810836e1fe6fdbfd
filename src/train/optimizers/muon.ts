import { numberOption, switchOption, wholeNumberOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { matrixProduct } from '../../graph/operations/matrix-product.js';
import { add, constant, divide, multiply, sqrt, subtract } from '../../graph/operations/pointwise.js';
import { columnSums, rowSums } from '../../graph/operations/sums.js';
import { adamEquations } from './adam.js';
import { decayed, declareOptimizer, epsilonOption, learningRateOption, weightDecayOption } from './optimizer.js';

/**
 * Muon (Jordan et al. 2024): the momentum of a weight matrix is replaced by a matrix near the closest one with orthonormal rows or columns,
 * so that a step moves all directions by about the same length. For each gate's block W [R, C] of a layer's matrices:
 *
 *     m = momentum m + (1 - momentum) g      d = m      (nesterov: d = momentum m + (1 - momentum) g)
 *     W = W - lr sqrt(max(1, R / C)) orthogonalized(d)
 *
 * All other parameters are updated by Adam, whose rate `adamLearningRate` follows the schedule too. With weight decay the share of the
 * rate times weightDecay is first taken off every parameter.
 */
export const muon = declareOptimizer({
  type: 'muon',
  describe: 'Orthogonalized momentum for the matrices of layers (Jordan et al. 2024), Adam for all other parameters.',
  options: {
    learningRate: learningRateOption(0.02),
    momentum: numberOption({ from: 0, below: 1 }, 0.95, 'Decay of the running mean of the gradient of a matrix.'),
    nesterov: switchOption(true, 'Use Nesterov momentum.'),
    iterations: wholeNumberOption(1, 20, 5, 'Newton-Schulz iterations that make the momentum orthogonal.'),
    adamLearningRate: numberOption({ above: 0, to: 1000 }, 1e-3, 'Learning rate of Adam; the schedule multiplies it too.'),
    beta1: numberOption({ from: 0, below: 1 }, 0.9, "Decay of Adam's running mean of the gradient."),
    beta2: numberOption({ from: 0, below: 1 }, 0.95, "Decay of Adam's running mean of the squared gradient."),
    epsilon: epsilonOption,
    weightDecay: weightDecayOption(0),
  },
  create({ learningRate: base, momentum, nesterov, iterations, adamLearningRate, weightDecay, ...values }) {
    const adam = adamEquations(values, weightDecay);
    return {
      moments: adam.moments,
      matrixMoments: ['mean'],
      scaling: adam.scaling!,
      scalars: adam.scalars,
      update: (inputs) =>
        adam.update({ ...inputs, learningRate: multiply(inputs.learningRate, constant(adamLearningRate / base)) }),
      updateMatrix({ parameter, gradient, learningRate, moments: [m] }) {
        const mixed = (mean: Node) => add(multiply(constant(momentum), mean), multiply(constant(1 - momentum), gradient));
        const mean = mixed(m!);
        const step = orthogonalized(nesterov ? mixed(mean) : mean, iterations);
        const scale = Math.sqrt(Math.max(1, parameter.rows / parameter.columns));
        const kept = decayed(parameter, learningRate, weightDecay);
        return { parameter: subtract(kept, multiply(multiply(learningRate, constant(scale)), step)), moments: [mean] };
      },
    };
  },
});

/** Coefficients of the quintic iteration, chosen by Jordan et al. 2024 for a steep slope at zero. */
const [A, B, C] = [3.4445, -4.775, 2.0315] as const;

/**
 * Moves all singular values of X towards 1 (to between 0.7 and 1.2) and keeps its singular vectors. After X / |X| (Frobenius norm), each
 * Newton-Schulz iteration is X = a X + (b S + c S S) X with S = X X', or, for more rows than columns, X = a X + X (b S + c S S) with
 * S = X' X.
 */
function orthogonalized(x: Node, iterations: number): Node {
  const wide = x.rows <= x.columns;
  const norm = sqrt(columnSums(rowSums(multiply(x, x))));
  let result = divide(x, add(norm, constant(1e-7)));
  for (let i = 0; i < iterations; i++) {
    const gram = matrixProduct(result, result, wide ? { transposeB: true } : { transposeA: true });
    const polynomial = add(multiply(constant(B), gram), multiply(constant(C), matrixProduct(gram, gram)));
    const product = wide ? matrixProduct(polynomial, result) : matrixProduct(result, polynomial);
    result = add(multiply(constant(A), result), product);
  }
  return result;
}
