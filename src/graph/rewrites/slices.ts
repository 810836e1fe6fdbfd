import { type Node, sameShape } from '../node.js';
import { sliceOperation } from '../operations/movement.js';
import { addOperation, constantOperation, multiplyOperation } from '../operations/pointwise.js';
import type { RewriteRule } from './rewrite.js';

/** x * 1 and x + 0 become x, where the other operand does not broadcast it. */
export const identities: RewriteRule = (node) => {
  const neutral = node.operation === multiplyOperation ? 1 : node.operation === addOperation ? 0 : undefined;
  if (neutral === undefined) return undefined;
  const isNeutral = ({ operation, attributes }: Node) => operation === constantOperation && attributes.value === neutral;
  const [a, b] = node.inputs as [Node, Node];
  if (isNeutral(b) && sameShape(a, node)) return a;
  if (isNeutral(a) && sameShape(b, node)) return b;
  return undefined;
};

/**
 * A slice of an elementwise result becomes the elementwise result of slices. Gates are then slices of the products themselves, and a whole
 * step of a cell is one run of elementwise operations of one shape.
 */
export const pushSlices: RewriteRule = (node, build) => {
  const whole = node.inputs[0];
  if (node.operation !== sliceOperation || !whole?.operation.elementwise || whole.inputs.length === 0) return undefined;
  const along = node.attributes.axis === 'rows' ? 'rows' : 'columns';
  const operands = whole.inputs.map((operand) =>
    operand[along] === 1 && whole[along] > 1 ? operand : build(sliceOperation, [operand], node.attributes),
  );
  return build(whole.operation, operands, whole.attributes);
};
