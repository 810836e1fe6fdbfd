import type { Node } from '../node.js';
import { matrixProductOperation } from '../operations/matrix-product.js';
import { concatenateOperation, padOperation, sliceOperation } from '../operations/movement.js';
import { constantOperation } from '../operations/pointwise.js';
import type { RewriteRule } from './rewrite.js';

/**
 * [A1 W; A2 W; ...] becomes [A1; A2; ...] W: the gradients with respect to a layer's inputs, one product for each step, become one product.
 */
export const gatherEqualProducts: RewriteRule = (node, build) => {
  if (node.operation !== concatenateOperation || node.attributes.axis !== 'rows') return undefined;
  const first = node.inputs[0]!;
  const alike = ({ operation, inputs, attributes }: Node) =>
    operation === matrixProductOperation &&
    !attributes.transposeA &&
    inputs[1] === first.inputs[1] &&
    attributes.transposeB === first.attributes.transposeB;
  if (!node.inputs.every(alike)) return undefined;
  const lefts = node.inputs.map((product) => product.inputs[0]!);
  return build(
    matrixProductOperation,
    [build(concatenateOperation, lefts, { axis: 'rows' }), first.inputs[1]!],
    first.attributes,
  );
};

/** Adjacent slices of one matrix become one slice of it, or the matrix itself. */
export const joinSlices: RewriteRule = (node, build) => {
  if (node.operation !== concatenateOperation) return undefined;
  const { axis } = node.attributes;
  const first = node.inputs[0]!;
  if (first.operation !== sliceOperation) return undefined;
  const whole = first.inputs[0]!;
  const start = first.attributes.start as number;
  let end = start;
  for (const { operation, inputs, attributes } of node.inputs) {
    const joins = operation === sliceOperation && inputs[0] === whole && attributes.axis === axis && attributes.start === end;
    if (!joins) return undefined;
    end += attributes.length as number;
  }
  const length = end - start;
  return length === (axis === 'rows' ? whole.rows : whole.columns)
    ? whole
    : build(sliceOperation, [whole], { axis: axis!, start, length });
};

/** A slice of a padded matrix is a slice of what is inside the padding, or zero. */
export const slicePads: RewriteRule = (node, build) => {
  const padded = node.inputs[0];
  if (node.operation !== sliceOperation || padded?.operation !== padOperation) return undefined;
  const { axis } = node.attributes;
  if (axis !== padded.attributes.axis) return undefined;
  const inside = padded.inputs[0]!;
  const size = axis === 'rows' ? inside.rows : inside.columns;
  const length = node.attributes.length as number;
  const start = (node.attributes.start as number) - (padded.attributes.start as number);
  if (start >= size || start + length <= 0) {
    return build(constantOperation, [], { value: 0, rows: node.rows, columns: node.columns });
  }
  if (start < 0 || start + length > size) return undefined;
  return length === size ? inside : build(sliceOperation, [inside], { axis: axis!, start, length });
};

/** A concatenation of adjacent parts of another concatenation becomes a slice of that one, so that both share memory. */
export function shareConcatenations(): RewriteRule {
  const byPart = new Map<Node, Node[]>();
  return (node, build) => {
    if (node.operation !== concatenateOperation) return undefined;
    const { axis } = node.attributes;
    const parts = node.inputs;
    for (const other of byPart.get(parts[0]!) ?? []) {
      const place = other.inputs.indexOf(parts[0]!);
      const within = other.attributes.axis === axis && parts.every((part, i) => other.inputs[place + i] === part);
      if (!within || other.inputs.length === parts.length) continue;
      const size = (part: Node) => (axis === 'rows' ? part.rows : part.columns);
      const start = other.inputs.slice(0, place).reduce((sum, part) => sum + size(part), 0);
      return build(sliceOperation, [other], { axis: axis!, start, length: size(node) });
    }
    for (const part of parts) byPart.set(part, [...(byPart.get(part) ?? []), node]);
    return undefined;
  };
}
