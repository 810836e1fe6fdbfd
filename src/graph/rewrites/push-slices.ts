import { sliceOperation } from '../operations/movement.js';
import type { Rule } from './rewrite.js';

/**
 * A slice of an elementwise result is the elementwise result of slices: so the gates are taken from the products themselves, and a
 * whole step of a cell becomes one run of elementwise operations of one shape.
 */
export const pushSlices: Rule = (node, build) => {
  const whole = node.inputs[0];
  if (node.operation !== sliceOperation || !whole?.operation.elementwise || whole.inputs.length === 0) return undefined;
  const along = node.attributes.axis === 'rows' ? 'rows' : 'columns';
  const operands = whole.inputs.map((operand) =>
    operand[along] === 1 && whole[along] > 1 ? operand : build(sliceOperation, [operand], node.attributes),
  );
  return build(whole.operation, operands, whole.attributes);
};
