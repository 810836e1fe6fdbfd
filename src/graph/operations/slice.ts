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
  onnx(builder, node, [x]) {
    const { axis, start, length } = node.attributes as { axis: Axis; start: number; length: number };
    const onnxAxis = axis === 'rows' ? 0 : 1;
    const tiles = tilesOf(node.inputs[0]!, axis, builder.users(node.inputs[0]!));
    if (tiles?.includes(node) && tiles.length + 2 <= builder.maximumTensors) {
      const sizes = builder.integers(tiles.map((tile) => tile.attributes.length as number));
      const names = builder.emitAll('Split', [x!, sizes], tiles.length, { axis: onnxAxis });
      for (const [i, tile] of tiles.entries()) builder.define(tile, names[i]!);
      return names[tiles.indexOf(node)]!;
    }
    const [from, to, along] = [start, start + length, onnxAxis].map((number) => builder.integers([number]));
    return builder.emit('Slice', [x!, from!, to!, along!]);
  },
};

/** The slices among a matrix's users that cut all of it along an axis, in order; undefined when there are no such. */
function tilesOf(whole: Node, axis: Axis, users: readonly Node[]): Node[] | undefined {
  const byStart = new Map<number, Node>();
  for (const user of users) {
    if (user.operation !== sliceOperation || user.attributes.axis !== axis) continue;
    const { start, length } = user.attributes as Record<string, number>;
    const other = byStart.get(start!);
    if (!other || (other.attributes.length as number) > length!) byStart.set(start!, user);
  }
  const tiles: Node[] = [];
  const size = axis === 'rows' ? whole.rows : whole.columns;
  for (let end = 0; end < size; end += tiles.at(-1)!.attributes.length as number) {
    const next = byStart.get(end);
    if (!next) return undefined;
    tiles.push(next);
  }
  return tiles;
}

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
