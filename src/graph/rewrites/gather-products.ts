import { matrixProductOperation } from '../operations/matrix-product.js';
import { gatherRowsOperation } from '../operations/movement.js';
import type { Rule } from './rewrite.js';

/**
 * gather(E, ids) W becomes gather(E W, ids) when the table has fewer rows than there are ids in all shards: the product is then
 * taken once for each word of the vocabulary, not for each position. Its gradient shrinks in the same way.
 */
export function gatherProducts(shards: number): Rule {
  return (node, build) => {
    if (node.operation !== matrixProductOperation || node.attributes.transposeA) return undefined;
    const [embedded, weight] = node.inputs;
    if (embedded!.operation !== gatherRowsOperation || weight!.scope !== 'shared') return undefined;
    const [table, ids] = embedded!.inputs;
    if (table!.scope !== 'shared' || table!.rows >= ids!.rows * shards) return undefined;
    return build(gatherRowsOperation, [build(matrixProductOperation, [table!, weight!], node.attributes), ids!]);
  };
}
