import type { Engine, Program } from '../engine/engine.js';
import type { Node } from '../graph/node.js';
import { add, constant, divide, maximum, minimum, multiply, sqrt } from '../graph/operations/pointwise.js';
import { columnSums, rowSums } from '../graph/operations/sums.js';
import type { ParameterEntry } from '../model/parameter-table.js';
import { compileInPlace, rowNorms } from './in-place-program.js';

/** Guards against exploding gradients, as a config names them. */
export type ClippingChoice =
  | { readonly type: 'norm'; readonly threshold: number }
  | { readonly type: 'value'; readonly threshold: number }
  | { readonly type: 'norm-by-parameter'; readonly threshold: number }
  | { readonly type: 'adaptive'; readonly ratio: number; readonly minimumNorm: number }
  | { readonly type: 'none' };

/**
 * What all gradients are multiplied by, so that their global norm is at most the threshold (Pascanu et al. 2013). PyTorch adds 1e-6
 * to the norm, and so do we.
 */
export function clippingScale(clipping: ClippingChoice, norm: number): number {
  return clipping.type === 'norm' ? Math.min(1, clipping.threshold / (norm + 1e-6)) : 1;
}

/** The clipped gradient, where elements do not depend on one another: scaled, or each element cut to ±threshold (Mikolov 2012). */
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

/** The program that clips in place what is clipped parameter by parameter or row by row; undefined for the other types. */
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

/** Brock et al. 2021 leave the last linear layer as it is. */
const isAdaptive = ({ part }: ParameterEntry) => part !== 'head';

/**
 * Adaptive gradient clipping (Brock et al. 2021): the gradient g of a unit, which is a row of a matrix or a whole vector, is scaled so that
 * |g| is at most ratio max(|w|, minimumNorm), where w are the weights of the unit.
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
