import { apply, type Node } from '../node.js';
import type { Operation } from '../operation.js';
import { scatterAddRows } from './scatter-add-rows.js';

export const gatherRowsOperation: Operation = {
  name: 'gatherRows',
  shape: ([table, ids]) => ({ rows: ids!.rows, columns: table!.columns }),
  gradient: ({ inputs: [table, ids] }, dY) => [scatterAddRows(dY, ids!, table!.rows), undefined],
  reference([table, ids], { columns }, output) {
    ids!.forEach((id, r) => {
      output.set(table!.subarray(id * columns, (id + 1) * columns), r * columns);
    });
  },
  onnx: (builder, { inputs: [, ids] }, [table, column]) =>
    builder.emit('Gather', [table!, builder.emit('Reshape', [column!, builder.integers([ids!.rows])])], { axis: 0 }),
};

/** Row ids[r] of the table as row r: an embedding. ids is an integer column [R, 1] of numbers below the table's rows. */
export function gatherRows(table: Node, ids: Node): Node {
  return apply(gatherRowsOperation, [table, ids]);
}
