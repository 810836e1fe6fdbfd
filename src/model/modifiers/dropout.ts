import type { Node } from '../../graph/node.js';
import { concatenate, splitRows } from '../../graph/operations/movement.js';
import { multiply } from '../../graph/operations/pointwise.js';
import type { ParameterSpecification } from '../declarations.js';
import type { LayerContext } from '../layers/layer.js';
import type { LayerDropout, MaskSpan } from './dropout-rates.js';
import type { Modifier } from './modifier.js';

type Masks = Pick<LayerContext, 'mask' | 'steps'>;

/**
 * Dropout of a window's values: x * m / (1 - rate), where m is 0 with probability `rate` and else 1 (Srivastava et al. 2014), drawn for
 * each step or once for the window.
 * @param x [T*B, columns]
 */
export function drop(x: Node, rate: number, span: MaskSpan, { mask, steps }: Masks): Node {
  const drawn = mask({ columns: x.columns, rate, span });
  if (!drawn) return x;
  return multiply(x, span === 'step' ? drawn : concatenate(new Array<Node>(steps).fill(drawn), 'rows'));
}

/** Whether dropout of weights acts on a parameter of a cell. */
export function isRecurrentMatrix({ role, shape }: ParameterSpecification): boolean {
  return role === 'recurrent' && shape.length === 2;
}

/**
 * Dropout within the steps of a recurrent layer, with masks m as above:
 *
 *  - state (Gal and Ghahramani 2016): each recurrent product U h becomes U (m * h);
 *  - update (Semeniuta et al. 2016): the candidate n becomes m * n, so that c = f * c + i * (m * n) in an LSTM;
 *  - weight (Merity et al. 2017): each recurrent matrix U becomes m * U, with one mask for the window and for all shards.
 *
 * @param parameters of the cell
 */
export function stepDropout(
  { state, update, weight, span }: LayerDropout,
  parameters: readonly ParameterSpecification[],
): Modifier {
  const matrices = new Set(parameters.filter(isRecurrentMatrix).map(({ name }) => name));
  return {
    parameters: [],
    onlyTrains: true,
    begin({ context, source }) {
      /** The mask of a step for values of a given number of columns. */
      const maskOf = (rate: number) => {
        const byColumns = new Map<number, readonly Node[] | undefined>();
        return (t: number, columns: number) => {
          if (!byColumns.has(columns)) {
            const drawn = context.mask({ columns, rate, span });
            byColumns.set(columns, drawn && (span === 'step' ? splitRows(drawn, context.steps) : [drawn]));
          }
          const masks = byColumns.get(columns);
          return masks?.[t % masks.length];
        };
      };
      const [stateMask, updateMask] = [maskOf(state), maskOf(update)];
      const masked = (x: Node, mask: Node | undefined) => (mask ? multiply(x, mask) : x);
      return {
        weights: (given) =>
          Object.fromEntries(
            Object.entries(given).map(([name, value]) => {
              const { rows, columns } = value;
              return [name, matrices.has(name) ? masked(value, context.weightMask({ rows, columns, rate: weight })) : value];
            }),
          ),
        context: (t, step) => ({
          ...step,
          linear(x, matrix, bias) {
            const isRecurrent = source(matrix).parameter.role === 'recurrent';
            return step.linear(isRecurrent ? masked(x, stateMask(t, x.columns)) : x, matrix, bias);
          },
          update: (candidate) => step.update(masked(candidate, updateMask(t, candidate.columns))),
        }),
      };
    },
  };
}
