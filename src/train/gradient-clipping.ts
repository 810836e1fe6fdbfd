import type { Node } from '../graph/node.js';
import { constant, maximum, minimum, multiply } from '../graph/operations/pointwise.js';

/** Guards against exploding gradients, as a config names them. */
export type ClippingChoice =
  | { readonly type: 'norm'; readonly threshold: number }
  | { readonly type: 'value'; readonly threshold: number }
  | { readonly type: 'none' };

/**
 * What all gradients are multiplied by, so that their global norm is at most the threshold (Pascanu et al. 2013). PyTorch adds 1e-6
 * to the norm, and so do we.
 */
export function clippingScale(clipping: ClippingChoice, norm: number): number {
  return clipping.type === 'norm' ? Math.min(1, clipping.threshold / (norm + 1e-6)) : 1;
}

/** The clipped gradient: scaled, or each element cut to ±threshold (Mikolov 2012). */
export function clipped(clipping: ClippingChoice, gradient: Node, scale: Node): Node {
  switch (clipping.type) {
    case 'norm':
      return multiply(gradient, scale);
    case 'value':
      return minimum(maximum(gradient, constant(-clipping.threshold)), constant(clipping.threshold));
    case 'none':
      return gradient;
  }
}
