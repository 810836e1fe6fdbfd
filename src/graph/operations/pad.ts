import { apply, type Node } from '../node.js';
import type { Operation } from '../operation.js';
import { slice } from './slice.js';

export type Axis = 'rows' | 'columns';

export const padOperation: Operation = {
  name: 'pad',
  shape([x], { axis, size }) {
    return axis === 'rows' ? { rows: size as number, columns: x!.columns } : { rows: x!.rows, columns: size as number };
  },
  gradient({ inputs: [x], attributes: { axis, start } }, dY) {
    return [slice(dY, axis as Axis, start as number, axis === 'rows' ? x!.rows : x!.columns)];
  },
  reference([x], node, output) {
    const { axis, start } = node.attributes;
    const { rows, columns } = node.inputs[0]!;
    const [firstRow, firstColumn] = axis === 'rows' ? [start as number, 0] : [0, start as number];
    output.fill(0);
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) output[(firstRow + r) * node.columns + firstColumn + c] = x![r * columns + c]!;
    }
  },
  onnx(builder, node, [x]) {
    const { axis, start } = node.attributes;
    const { rows, columns } = node.inputs[0]!;
    const [top, left] = axis === 'rows' ? [start as number, 0] : [0, start as number];
    return builder.emit('Pad', [x!, builder.integers([top, left, node.rows - rows - top, node.columns - columns - left])]);
  },
};

/** x with zeros around it: placed at `start` on an axis of the given size. The gradient of a slice. */
export function pad(x: Node, axis: Axis, start: number, size: number): Node {
  return apply(padOperation, [x], { axis, start, size });
}
