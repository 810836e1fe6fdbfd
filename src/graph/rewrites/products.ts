import { matrixProductOperation } from '../operations/matrix-product.js';
import { gatherRowsOperation, sliceOperation } from '../operations/movement.js';
import type { RewriteRule } from './rewrite.js';

/**
 * slice(X, rows) W becomes slice(X W, rows): the products of a layer's inputs, one for each step of the window, become one product over the
 * whole window. Only for slices that are one of several equal parts: a layer uses all of them, so no unused row is computed.
 */
export const hoistProducts: RewriteRule = (node, build) => {
  if (node.operation !== matrixProductOperation || node.attributes.transposeA) return undefined;
  const [left, weight] = node.inputs;
  if (left!.operation !== sliceOperation || left!.attributes.axis !== 'rows' || weight!.scope !== 'shared') return undefined;
  const window = left!.inputs[0]!;
  if (window.rows % left!.rows !== 0 || (left!.attributes.start as number) % left!.rows !== 0) return undefined;
  return build(sliceOperation, [build(matrixProductOperation, [window, weight!], node.attributes)], left!.attributes);
};

/**
 * gather(E, ids) W becomes gather(E W, ids) when the table has fewer rows than there are ids in all shards: the product is computed once
 * for each word of the vocabulary, not for each position. Its gradient becomes smaller in the same way.
 */
export function gatherProducts(shards: number): RewriteRule {
  return (node, build) => {
    if (node.operation !== matrixProductOperation || node.attributes.transposeA) return undefined;
    const [embedded, weight] = node.inputs;
    if (embedded!.operation !== gatherRowsOperation || weight!.scope !== 'shared') return undefined;
    const [table, ids] = embedded!.inputs;
    if (table!.scope !== 'shared' || table!.rows >= ids!.rows * shards) return undefined;
    return build(gatherRowsOperation, [build(matrixProductOperation, [table!, weight!], node.attributes), ids!]);
  };
}
