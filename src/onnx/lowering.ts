import type { Node, Outputs } from '../graph/node.js';
import { matrixProductOperation } from '../graph/operations/matrix-product.js';
import { gatherRowsOperation, sliceOperation } from '../graph/operations/movement.js';
import { addOperation } from '../graph/operations/pointwise.js';
import { batchSteps } from '../graph/rewrites/batch-steps.js';
import { type RewriteRule, rewrite } from '../graph/rewrites/rewrite.js';

/**
 * Rewrites a graph for an engine that runs operators one by one, where few and large operators are fast and a product adds one operand at
 * no cost. The sums of a cell's gates, which the graph has gate by gate for fused loops, become one product for all gates that adds
 * everything else; what does not depend on the state is summed once for the window. Where operators are slow to start, what all steps do
 * alike is also computed at once.
 */
export function lowerToOperators(outputs: Outputs, { slowToStart = false } = {}): Outputs {
  const lowered = rewrite(outputs, [sumWholes, sumTablesFirst, sumRowsFirst, addProductsLast]);
  return slowToStart ? batchSteps(lowered) : lowered;
}

const isSlice = ({ operation }: Node) => operation === sliceOperation;
const isProduct = ({ operation }: Node) => operation === matrixProductOperation;
const isRow = ({ rows, scope }: Node) => rows === 1 && scope === 'shared';

/**
 * slice(A) + slice(B) of the same range becomes slice(A + B); slice(A) + b becomes slice(A + b) where b is broadcast along the sliced axis.
 */
const sumWholes: RewriteRule = (node, build) => {
  if (node.operation !== addOperation || !node.inputs.some(isSlice)) return undefined;
  const { attributes, inputs: origin } = node.inputs.find(isSlice)!;
  const axis = attributes.axis as 'rows' | 'columns';
  const wholes: Node[] = [];
  for (const operand of node.inputs) {
    const { start, length } = operand.attributes;
    const alike =
      isSlice(operand) && operand.attributes.axis === axis && start === attributes.start && length === attributes.length;
    if (alike && operand.inputs[0]![axis] === origin[0]![axis]) wholes.push(operand.inputs[0]!);
    else if (operand[axis] === 1 && node[axis] > 1) wholes.push(operand);
    else return undefined;
  }
  return build(sliceOperation, [build(addOperation, wholes)], attributes);
};

/** gather(E, ids) + row becomes gather(E + row, ids), where that sum is smaller. */
const sumTablesFirst: RewriteRule = (node, build) => {
  if (node.operation !== addOperation) return undefined;
  const [gathered, row] = node.inputs;
  if (gathered!.operation !== gatherRowsOperation || !isRow(row!)) return undefined;
  const [table, ids] = gathered!.inputs;
  if (table!.rows >= ids!.rows) return undefined;
  return build(gatherRowsOperation, [build(addOperation, [table!, row!]), ids!]);
};

/** (x + a) + b becomes x + (a + b), where a and b are rows. */
const sumRowsFirst: RewriteRule = (node, build) => {
  if (node.operation !== addOperation) return undefined;
  const [sum, b] = node.inputs;
  if (sum!.operation !== addOperation || !isRow(b!) || sum!.rows === 1) return undefined;
  const [x, a] = sum!.inputs;
  return isRow(a!) ? build(addOperation, [x!, build(addOperation, [a!, b!])]) : undefined;
};

/** x + (A B + row) becomes (x + row) + A B. */
const addProductsLast: RewriteRule = (node, build) => {
  if (node.operation !== addOperation) return undefined;
  const [x, sum] = node.inputs;
  if (sum!.operation !== addOperation) return undefined;
  const [product, row] = sum!.inputs;
  if (!isProduct(product!) || !isRow(row!) || isProduct(x!) || x!.rows !== node.rows) return undefined;
  return build(addOperation, [build(addOperation, [x!, row!]), product!]);
};
