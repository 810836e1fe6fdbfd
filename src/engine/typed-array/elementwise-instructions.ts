import type { Node } from '../../graph/node.js';
import { type ElementwiseUnit, isSpread } from './elementwise-units.js';
import { type Emission, portion } from './emission.js';

/**
 * The arguments of a fused loop: [rows, columns, then pointer and row stride of each operand]. The elements of a shared value are divided
 * among the pieces of work; undefined when none are left for this one.
 * @param shape any node of the unit, for the loop's rows and columns
 */
export function emitElementwise(shape: Node, { inputs, outputs }: ElementwiseUnit, emission: Emission): number[] | undefined {
  const { rows, columns } = shape;
  const operands = [...inputs, ...outputs];
  const isContiguous = (node: Node) =>
    node.rows === rows && node.columns === columns && (rows === 1 || emission.stride(node) === columns);
  const flat = operands.every((node) => isContiguous(node) || (node.rows * node.columns === 1 && rows * columns > 1));
  const [R, C] = flat ? [1, rows * columns] : [rows, columns];

  const whole = shape.scope === 'sharded';
  const [firstRow, rowCount] = whole || R === 1 ? [0, R] : portion(R, emission, 1);
  const [firstColumn, columnCount] = whole || R > 1 ? [0, C] : portion(C, emission, 16);
  if (rowCount === 0 || columnCount === 0) return undefined;

  const args = [rowCount, columnCount];
  for (const node of operands) {
    const stride = node.rows === 1 ? 0 : emission.stride(node);
    const offset = firstRow * stride + (isSpread(node, shape) ? 0 : firstColumn);
    args.push(emission.address(node) + 4 * offset, stride);
  }
  return args;
}
