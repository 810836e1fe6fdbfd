import type { Node } from '../../graph/node.js';
import { slice, splitRows } from '../../graph/operations/movement.js';
import { add } from '../../graph/operations/pointwise.js';
import { batchNormalized } from '../column-normalization.js';
import type { ParameterSpecification } from '../declarations.js';
import type { Modifier } from './modifier.js';
import { type StepUses, wholeOf } from './step-uses.js';

/** torch's values. */
const MOMENTUM = 0.1;
const EPSILON = 1e-5;

/**
 * Batch normalization of the input products of a recurrent layer (Laurent et al. 2016, equation 8): with BN over all steps and sequences of
 * the batch's window (see {@link batchNormalized}),
 *
 *     W x + b becomes BN(W x) + b        U h + b' stays as it is
 *
 * The gain within BN begins at 1; the bias is that of the cell. Each product with the input of the layer has running statistics, which are
 * buffers of the layer and stand for those of the window when the model is used.
 *
 * @param parameters of the cell
 */
export function inputBatchNormalization(parameters: readonly ParameterSpecification[], uses: StepUses): Modifier {
  const named = (name: string, other: string) => name.replace('weight', other);
  return {
    parameters: parameters
      .filter(({ name }) => uses.inputProducts.has(name))
      .flatMap(({ name, shape: [rows], blocks }): ParameterSpecification[] => [
        { name: named(name, 'gain'), shape: [rows], role: 'gain', blocks },
        { name: named(name, 'running_mean'), shape: [rows], role: 'buffer' },
        { name: named(name, 'running_var'), shape: [rows], role: 'buffer', initial: 1 },
      ]),
    onlyTrains: false,
    begin({ context, input, inputs, source }) {
      /** The normalized products of all steps, by the name of the parameter. */
      const products = new Map<string, readonly Node[]>();
      return {
        context: (t, step) => ({
          ...step,
          linear(x, weight, bias) {
            if (x !== inputs[t]) return step.linear(x, weight, bias);
            const { parameter, start, length } = source(weight);
            const { name } = parameter;
            if (!products.has(name)) {
              const gain = context.parameter(named(name, 'gain'));
              const buffers = { runningMean: named(name, 'running_mean'), runningVariance: named(name, 'running_var') };
              const normalization = { gain, ...buffers, momentum: MOMENTUM, epsilon: EPSILON };
              const normalized = batchNormalized(step.linear(input, wholeOf(weight)), normalization, context);
              products.set(name, splitRows(normalized, context.steps));
            }
            const all = products.get(name)![t]!;
            const own = length === all.columns ? all : slice(all, 'columns', start, length);
            return bias ? add(own, bias) : own;
          },
        }),
      };
    },
  };
}
