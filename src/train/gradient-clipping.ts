import type { Engine, Program } from '../engine/engine.js';
import type { Node } from '../graph/node.js';
import { add, constant, divide, maximum, minimum, multiply, sqrt } from '../graph/operations/pointwise.js';
import { columnSums, rowSums } from '../graph/operations/sums.js';
import type { ParameterEntry } from '../model/parameter-table.js';
import { compileInPlace, rowNorms } from './in-place-program.js';

/** Limits on gradients against their explosion, as a config names them. */
export type ClippingChoice =
  | { readonly type: 'norm'; readonly threshold: number }
  | { readonly type: 'value'; readonly threshold: number }
  | { readonly type: 'norm-by-parameter'; readonly threshold: number }
  | { readonly type: 'adaptive'; readonly ratio: number; readonly minimumNorm: number }
  | { readonly type: 'none' };

/**
 * The factor for all gradients that limits their global norm to the threshold (Pascanu et al. 2013). As in PyTorch, 1e-6 is added to the
 * norm.
 */
export function clippingScale(clipping: ClippingChoice, norm: number): number {
  return clipping.type === 'norm' ? Math.min(1, clipping.threshold / (norm + 1e-6)) : 1;
}

/** The clipped gradient, for the types that act elementwise: scaled, or each element limited to ±threshold (Mikolov 2012). */
export function clipped(clipping: ClippingChoice, gradient: Node, scale: Node): Node {
  switch (clipping.type) {
    case 'norm':
      return multiply(gradient, scale);
    case 'value':
      return minimum(maximum(gradient, constant(-clipping.threshold)), constant(clipping.threshold));
    default:
      return gradient;
  }
}

interface ClippingArrays {
  readonly entries: readonly ParameterEntry[];
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
}

/** The program for the types that clip by parameter or by row, in place; undefined for the other types. */
export function createParameterClipping(
  engine: Engine,
  { entries, parameters, gradients }: ClippingArrays,
  clipping: ClippingChoice,
): Program | undefined {
  switch (clipping.type) {
    case 'norm-by-parameter':
      return compileInPlace(engine, entries, gradients, {}, (gradient) => {
        const norm = add(wholeNorm(gradient), constant(1e-6));
        return multiply(gradient, minimum(constant(1), divide(constant(clipping.threshold), norm)));
      });
    case 'adaptive':
      return compileInPlace(engine, entries.filter(isAdaptive), gradients, { parameters }, (gradient, { shape }, other) =>
        adaptivelyClipped(gradient, other('parameters'), shape.length === 1 ? wholeNorm : rowNorms, clipping),
      );
    default:
      return undefined;
  }
}

/** Brock et al. 2021 do not clip the last linear layer. */
const isAdaptive = ({ part }: ParameterEntry) => part !== 'head';

/**
 * Adaptive gradient clipping (Brock et al. 2021): the gradient g of a unit (a row of a matrix, or a whole vector) is scaled so that |g| is
 * at most ratio max(|w|, minimumNorm), where w are the weights of the unit.
 */
function adaptivelyClipped(
  gradient: Node,
  weights: Node,
  normOf: (x: Node) => Node,
  { ratio, minimumNorm }: { readonly ratio: number; readonly minimumNorm: number },
): Node {
  const most = multiply(constant(ratio), maximum(normOf(weights), constant(minimumNorm)));
  const norm = maximum(normOf(gradient), constant(1e-6));
  return multiply(gradient, minimum(constant(1), divide(most, norm)));
}

/** The L2 norm of all elements: [1, 1]. */
function wholeNorm(x: Node): Node {
  return sqrt(columnSums(rowSums(multiply(x, x))));
}
