import { matrixProductOperation } from '../operations/matrix-product.js';
import { sliceOperation } from '../operations/movement.js';
import type { Rule } from './rewrite.js';

/**
 * slice(X, rows) W becomes slice(X W, rows): the products of a layer's inputs, one for each step of the window, become one product
 * over the whole window. Only for slices that are one of several equal parts, for a layer uses all of those, so nothing is computed
 * in vain.
 */
export const hoistProducts: Rule = (node, build) => {
  if (node.operation !== matrixProductOperation || node.attributes.transposeA) return undefined;
  const [left, weight] = node.inputs;
  if (left!.operation !== sliceOperation || left!.attributes.axis !== 'rows' || weight!.scope !== 'shared') return undefined;
  const window = left!.inputs[0]!;
  if (window.rows % left!.rows !== 0 || (left!.attributes.start as number) % left!.rows !== 0) return undefined;
  return build(sliceOperation, [build(matrixProductOperation, [window, weight!], node.attributes)], left!.attributes);
};
