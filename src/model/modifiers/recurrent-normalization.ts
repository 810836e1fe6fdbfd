import { choiceOption } from '../../foundation/options.js';
import type { Node } from '../../graph/node.js';
import { slice, splitRows } from '../../graph/operations/movement.js';
import { add, multiply } from '../../graph/operations/pointwise.js';
import type { ParameterSpecification } from '../declarations.js';
import { normalizedRows, type RowNormalization } from '../row-normalization.js';
import type { Modifier, WeightSource } from './modifier.js';
import type { StepUses } from './step-uses.js';

/** The key `normalization` of a recurrent layer. */
export function normalizationOption({ inputProducts }: StepUses) {
  const steps =
    'Whether the products of each step are normalized: by mean and variance (layer normalization, Ba et al. 2016), by the root of the mean ' +
    'square (Zhang and Sennrich 2019)';
  // A cell that changes its inputs before it multiplies them has no product of the inputs.
  return inputProducts.size === 0
    ? choiceOption(['none', 'layer', 'rms'], 'none', `${steps}.`)
    : choiceOption(
        ['none', 'layer', 'rms', 'batch'],
        'none',
        `${steps}, or only those of the input, over time and batch (batch normalization, Laurent et al. 2016).`,
      );
}

/** What is added to a variance, so that equal values are not divided by zero: torch's value. */
const EPSILON = 1e-5;

/**
 * Layer normalization in the recurrence (Ba et al. 2016, equations 20 to 22): with LN(x) = (x - mean) / sqrt(variance + epsilon) over the
 * columns of a row, or x / sqrt(mean(x * x) + epsilon) for RMS normalization,
 *
 *     W x + b becomes g * LN(W x) + b        U h + b' becomes g' * LN(U h) + b'        o * tanh(c) becomes o * tanh(g'' * LN(c) + b'')
 *
 * A product is normalized as the cell makes it, all of its gates together. Gains g begin at 1; the biases of the products are those of the
 * cell. Layer normalization gives a bias b'' to the further values of a cell (the LSTM's c), RMS normalization does not.
 *
 * @param parameters of the cell
 */
export function recurrentNormalization(
  kind: RowNormalization,
  parameters: readonly ParameterSpecification[],
  uses: StepUses,
): Modifier {
  const gainOf = (name: string) => name.replace('weight', 'gain');
  const products = parameters.filter(({ name }) => uses.products.has(name));
  const further = [...uses.normalized].flatMap(([name, columns]): ParameterSpecification[] => [
    { name: `gain_${name}`, shape: [columns], role: 'gain' },
    ...(kind === 'layer' ? [{ name: `bias_${name}`, shape: [columns], role: 'bias', initial: 0 } as const] : []),
  ]);
  return {
    parameters: [
      ...products.map(
        ({ name, shape: [rows], blocks }) => ({ name: gainOf(name), shape: [rows], role: 'gain', blocks }) as const,
      ),
      ...further,
    ],
    onlyTrains: false,
    begin({ context, input, inputs, source }) {
      const gain = ({ parameter, start, length }: WeightSource) => {
        const whole = context.parameter(gainOf(parameter.name));
        return length === whole.columns ? whole : slice(whole, 'columns', start, length);
      };
      /** Of the input, which is normalized for all steps at once. */
      const ahead = new Map<string, readonly Node[]>();
      return {
        context: (t, step) => ({
          ...step,
          linear(x, weight, bias) {
            const place = source(weight);
            const product = (of: Node) => multiply(normalizedRows(step.linear(of, weight), kind, EPSILON), gain(place));
            const key = `${place.parameter.name} ${place.start} ${place.length}`;
            if (x === inputs[t] && !ahead.has(key)) ahead.set(key, splitRows(product(input), context.steps));
            const own = x === inputs[t] ? ahead.get(key)![t]! : product(x);
            return bias ? add(own, bias) : own;
          },
          normalize(name, value) {
            const scaledValue = multiply(normalizedRows(value, kind, EPSILON), context.parameter(`gain_${name}`));
            return kind === 'layer' ? add(scaledValue, context.parameter(`bias_${name}`)) : scaledValue;
          },
        }),
      };
    },
  };
}
