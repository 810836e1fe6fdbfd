import { apply, GraphError, type Node } from '../node.js';
import type { Operation } from '../operation.js';
import { type Axis, pad } from './pad.js';

export const sliceOperation: Operation = {
  name: 'slice',
  shape(inputs, { axis, start, length }) {
    const x = inputs[0]!;
    const size = axis === 'rows' ? x.rows : x.columns;
    if ((start as number) < 0 || (start as number) + (length as number) > size) {
      throw new GraphError('slice', inputs, `${axis} ${start} to ${(start as number) + (length as number)} are not all there`);
    }
    return axis === 'rows' ? { rows: length as number, columns: x.columns } : { rows: x.rows, columns: length as number };
  },
  gradient({ inputs: [x], attributes: { axis, start } }, dY) {
    const size = axis === 'rows' ? x!.rows : x!.columns;
    return [pad(dY, axis as Axis, start as number, size)];
  },
  reference([x], node, output) {
    const { axis, start } = node.attributes;
    const width = node.inputs[0]!.columns;
    const [firstRow, firstColumn] = axis === 'rows' ? [start as number, 0] : [0, start as number];
    for (let r = 0; r < node.rows; r++) {
      for (let c = 0; c < node.columns; c++) output[r * node.columns + c] = x![(firstRow + r) * width + firstColumn + c]!;
    }
  },
};

/** `length` rows or columns of x from `start` on. */
export function slice(x: Node, axis: Axis, start: number, length: number): Node {
  return apply(sliceOperation, [x], { axis, start, length });
}

/** x cut into equal parts side by side: the gates of a cell. */
export function splitColumns(x: Node, parts: number): Node[] {
  const width = x.columns / parts;
  return Array.from({ length: parts }, (_, part) => slice(x, 'columns', part * width, width));
}

/** x cut into equal parts one below the other: the steps of a window. */
export function splitRows(x: Node, parts: number): Node[] {
  const height = x.rows / parts;
  return Array.from({ length: parts }, (_, part) => slice(x, 'rows', part * height, height));
}
