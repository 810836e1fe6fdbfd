import { numberOption, regularizing } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { slice } from '../../graph/operations/movement.js';
import { constant, multiply, subtract } from '../../graph/operations/pointwise.js';
import { rowSums } from '../../graph/operations/sums.js';
import type { ObjectiveTerm } from './objective.js';

/** Activation regularization (AR): the mean square of the last layer's outputs, after dropout. */
export const activation: ObjectiveTerm = {
  name: 'activation',
  option: regularizing(
    numberOption(
      { from: 0, to: 1e6 },
      0,
      "Weight of activation regularization (AR): the mean square of the last layer's outputs after dropout (Merity et al. 2017).",
    ),
  ),
  values: ({ hidden, weights }) => multiply(meanSquare(hidden), weights),
};

/** Temporal activation regularization (TAR): the mean square of the change of the last layer's outputs from step to step. */
export const temporalActivation: ObjectiveTerm = {
  name: 'temporalActivation',
  option: regularizing(
    numberOption(
      { from: 0, to: 1e6 },
      0,
      "Weight of temporal activation regularization (TAR): the mean square of the change of the last layer's outputs from one step to " +
        'the next, before dropout (Merity et al. 2017). It needs windows of at least 2 steps.',
    ),
  ),
  values({ output, weights, steps, batch }) {
    // A text shorter than a window can leave one step, which has no change.
    if (steps === 1) return multiply(constant(0), weights);
    const rows = (steps - 1) * batch;
    const change = subtract(slice(output, 'rows', batch, rows), slice(output, 'rows', 0, rows));
    // There are T - 1 changes in T steps; the factor makes the term a mean over T steps.
    const squares = multiply(constant(steps / (steps - 1)), meanSquare(change));
    return multiply(squares, slice(weights, 'rows', batch, rows));
  },
};

/** The mean of the squares of each row, [rows, 1]. */
function meanSquare(x: Node): Node {
  return multiply(constant(1 / x.columns), rowSums(multiply(x, x)));
}
