import { apply, GraphError, type Node, type Operation } from '../node.js';

export type Axis = 'rows' | 'columns';

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
  if (parts === 1) return [x];
  const width = x.columns / parts;
  return Array.from({ length: parts }, (_, part) => slice(x, 'columns', part * width, width));
}

/** x cut into equal parts one below the other: the steps of a window. */
export function splitRows(x: Node, parts: number): Node[] {
  if (parts === 1) return [x];
  const height = x.rows / parts;
  return Array.from({ length: parts }, (_, part) => slice(x, 'rows', part * height, height));
}

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
};

/** x in a matrix of zeros: placed at `start` on an axis of the given size. The gradient of a slice. */
export function pad(x: Node, axis: Axis, start: number, size: number): Node {
  return apply(padOperation, [x], { axis, start, size });
}

export const concatenateOperation: Operation = {
  name: 'concatenate',
  shape(inputs, { axis }) {
    const { rows, columns } = inputs[0]!;
    if (axis === 'rows') {
      if (inputs.some((input) => input.columns !== columns)) throw new GraphError('concatenate', inputs, 'the columns differ');
      return { rows: inputs.reduce((sum, input) => sum + input.rows, 0), columns };
    }
    if (inputs.some((input) => input.rows !== rows)) throw new GraphError('concatenate', inputs, 'the rows differ');
    return { rows, columns: inputs.reduce((sum, input) => sum + input.columns, 0) };
  },
  gradient({ inputs, attributes: { axis } }, dY) {
    let start = 0;
    return inputs.map((input) => {
      const length = axis === 'rows' ? input.rows : input.columns;
      start += length;
      return slice(dY, axis as Axis, start - length, length);
    });
  },
  reference(values, node, output) {
    let row = 0;
    let column = 0;
    node.inputs.forEach((input, i) => {
      for (let r = 0; r < input.rows; r++) {
        for (let c = 0; c < input.columns; c++) {
          output[(row + r) * node.columns + column + c] = values[i]![r * input.columns + c]!;
        }
      }
      if (node.attributes.axis === 'rows') row += input.rows;
      else column += input.columns;
    });
  },
};

/** The parts one below the other (rows) or side by side (columns). */
export function concatenate(parts: readonly Node[], axis: Axis): Node {
  return parts.length === 1 ? parts[0]! : apply(concatenateOperation, parts, { axis });
}

export const gatherRowsOperation: Operation = {
  name: 'gatherRows',
  shape: ([table, ids]) => ({ rows: ids!.rows, columns: table!.columns }),
  gradient: ({ inputs: [table, ids] }, dY) => [scatterAddRows(dY, ids!, table!.rows), undefined],
  reference([table, ids], { columns }, output) {
    ids!.forEach((id, r) => {
      output.set(table!.subarray(id * columns, (id + 1) * columns), r * columns);
    });
  },
};

/** Row ids[r] of the table as row r: an embedding. ids is an integer column [R, 1] of numbers below the table's rows. */
export function gatherRows(table: Node, ids: Node): Node {
  return apply(gatherRowsOperation, [table, ids]);
}

export const scatterAddRowsOperation: Operation = {
  name: 'scatterAddRows',
  shape: ([x], { rows }) => ({ rows: rows as number, columns: x!.columns }),
  gradient: ({ inputs: [, ids] }, dY) => [gatherRows(dY, ids!), undefined],
  reference([x, ids], { columns }, output) {
    output.fill(0);
    ids!.forEach((id, r) => {
      for (let c = 0; c < columns; c++) output[id * columns + c]! += x![r * columns + c]!;
    });
  },
};

/** Zeros, with row r of x added to row ids[r]: the gradient of an embedding. */
export function scatterAddRows(x: Node, ids: Node, rows: number): Node {
  return apply(scatterAddRowsOperation, [x, ids], { rows });
}

export const rowsToColumnsOperation: Operation = {
  name: 'rowsToColumns',
  shape(inputs, { parts }) {
    const { rows, columns } = inputs[0]!;
    if (rows % (parts as number) !== 0) throw new GraphError('rowsToColumns', inputs, `no ${parts} equal parts`);
    return { rows: rows / (parts as number), columns: columns * (parts as number) };
  },
  gradient: ({ attributes: { parts } }, dY) => [columnsToRows(dY, parts as number)],
  reference([x], node, output) {
    const { columns } = node.inputs[0]!;
    for (let part = 0; part < (node.attributes.parts as number); part++) {
      for (let r = 0; r < node.rows; r++) {
        const from = (part * node.rows + r) * columns;
        output.set(x!.subarray(from, from + columns), r * node.columns + part * columns);
      }
    }
  },
};

/** Equal parts that lie one below the other are put side by side: a window [T*B, C] becomes [B, T*C], the steps of a sequence in its row. */
export function rowsToColumns(x: Node, parts: number): Node {
  return parts === 1 ? x : apply(rowsToColumnsOperation, [x], { parts });
}

export const columnsToRowsOperation: Operation = {
  name: 'columnsToRows',
  shape(inputs, { parts }) {
    const { rows, columns } = inputs[0]!;
    if (columns % (parts as number) !== 0) throw new GraphError('columnsToRows', inputs, `no ${parts} equal parts`);
    return { rows: rows * (parts as number), columns: columns / (parts as number) };
  },
  gradient: ({ attributes: { parts } }, dY) => [rowsToColumns(dY, parts as number)],
  reference([x], node, output) {
    const { rows, columns } = node.inputs[0]!;
    for (let part = 0; part < (node.attributes.parts as number); part++) {
      for (let r = 0; r < rows; r++) {
        const from = r * columns + part * node.columns;
        output.set(x!.subarray(from, from + node.columns), (part * rows + r) * node.columns);
      }
    }
  },
};

/** The other way round: [B, T*C] becomes [T*B, C]. */
export function columnsToRows(x: Node, parts: number): Node {
  return parts === 1 ? x : apply(columnsToRowsOperation, [x], { parts });
}
