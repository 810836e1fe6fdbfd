import { apply, type Node, type Operation } from '../node.js';

/*
 * Operations that read or write, in each row, the columns that this row's own indices name. Indices are whole numbers in a float matrix
 * [R, K], because parts of a state are floats; they are exact below 2^24.
 */

export const gatherColumnsOperation: Operation = {
  name: 'gatherColumns',
  shape: ([, indices]) => indices!,
  gradient: ({ inputs: [x, indices] }, dY) => [scatterColumns(dY, indices!, x!.columns), undefined],
  reference([x, indices], { rows, columns, inputs }, output) {
    const width = inputs[0]!.columns;
    for (let r = 0; r < rows; r++)
      for (let k = r * columns; k < (r + 1) * columns; k++) output[k] = x![r * width + indices![k]!]!;
  },
};

/** y[r, k] = x[r, indices[r, k]] */
export function gatherColumns(x: Node, indices: Node): Node {
  return apply(gatherColumnsOperation, [x, indices]);
}

export const scatterColumnsOperation: Operation = {
  name: 'scatterColumns',
  shape: ([x], { columns }) => ({ rows: x!.rows, columns: columns as number }),
  gradient: ({ inputs: [, indices] }, dY) => [gatherColumns(dY, indices!), undefined],
  reference([x, indices], { rows, columns, inputs }, output) {
    const width = inputs[0]!.columns;
    output.fill(0);
    for (let r = 0; r < rows; r++)
      for (let k = r * width; k < (r + 1) * width; k++) output[r * columns + indices![k]!]! += x![k]!;
  },
};

/** Zeros [R, columns], to which x[r, k] is added at [r, indices[r, k]], for k in ascending order. */
export function scatterColumns(x: Node, indices: Node, columns: number): Node {
  return apply(scatterColumnsOperation, [x, indices], { columns });
}
