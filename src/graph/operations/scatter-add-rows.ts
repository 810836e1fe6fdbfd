import { apply, type Node } from '../node.js';
import type { Operation } from '../operation.js';
import { gatherRows } from './gather-rows.js';

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
