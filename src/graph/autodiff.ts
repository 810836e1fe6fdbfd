import { type Node, type Shape, sameShape, topologicalOrder } from './node.js';
import { constant } from './operations/pointwise.js';
import { columnSums, rowSums, shardSum, sumOfTerms } from './operations/sums.js';

/**
 * Reverse-mode differentiation: the gradient of a scalar [1, 1] with respect to each of the given nodes, as new nodes of their shapes. The
 * gradients refer to the forward nodes themselves, so no forward value is computed twice. A node on which the scalar does not depend has
 * the gradient 0.
 * @throws Error when an operation between them has no gradient rule
 */
export function gradients(scalar: Node, wanted: readonly Node[]): Node[] {
  const order = topologicalOrder([scalar]);
  const needed = nodesLeadingFrom(wanted, order);
  const contributions = new Map<Node, Node[]>([[scalar, [constant(1)]]]);
  const totals = new Map<Node, Node>();

  for (const node of order.toReversed()) {
    const parts = contributions.get(node);
    if (!needed.has(node) || !parts) continue;
    const dY = total(node, parts);
    totals.set(node, dY);
    if (node.inputs.length === 0) continue;
    if (!node.operation.gradient) throw new Error(`${node.operation.name} has no gradient rule`);
    node.operation.gradient(node, dY).forEach((dInput, i) => {
      const input = node.inputs[i]!;
      if (!dInput || !needed.has(input)) return;
      const part = sumDownTo(input, dInput);
      const known = contributions.get(input);
      if (known) known.push(part);
      else contributions.set(input, [part]);
    });
  }
  return wanted.map((node) => totals.get(node) ?? constant(0, node.rows, node.columns));
}

/** The wanted nodes and all nodes of the order that depend on them: only these need gradients. */
function nodesLeadingFrom(wanted: readonly Node[], order: readonly Node[]): Set<Node> {
  const needed = new Set(wanted);
  for (const node of order) if (node.inputs.some((input) => needed.has(input))) needed.add(node);
  return needed;
}

/**
 * Sums the contributions to the gradient of a node. They arrive in reverse order of the uses and are summed in the order of the uses, which
 * in an unrolled network is the order of time. Sharded contributions to a shared value are summed over the shards.
 */
function total(node: Node, contributions: readonly Node[]): Node {
  const parts = contributions.toReversed();
  if (node.scope === 'sharded') return sumOfTerms(parts);
  const sharded = parts.filter((part) => part.scope === 'sharded');
  const shared = parts.filter((part) => part.scope === 'shared');
  return sumOfTerms(sharded.length > 0 ? [shardSum(sumOfTerms(sharded)), ...shared] : shared);
}

/** Undoes broadcasting: where the operand was repeated along an axis, its gradient is the sum along it. */
function sumDownTo(shape: Shape, gradient: Node): Node {
  let result = gradient;
  if (shape.rows === 1 && result.rows > 1) result = columnSums(result);
  if (shape.columns === 1 && result.columns > 1) result = rowSums(result);
  if (!sameShape(result, shape))
    throw new Error(`a gradient of [${gradient.rows}, ${gradient.columns}] for [${shape.rows}, ${shape.columns}]`);
  return result;
}
