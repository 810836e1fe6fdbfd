import { apply, type Node } from '../node.js';
import { FLOAT } from '../onnx-builder.js';
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
  /**
   * ScatterND, made for this, adds on several threads at once without a lock and now and then loses a row. So: the product with the ids'
   * one-hot matrix where that is small, else the operator that goes element by element.
   */
  onnx(builder, { rows, columns, inputs }, [x, ids]) {
    const terms = inputs[0]!.rows;
    if (rows <= terms) {
      const oneHot = builder.emit('Cast', [builder.emit('Equal', [ids!, builder.range(rows)])], { to: FLOAT });
      return builder.emit('Gemm', [oneHot, x!], { transA: 1, transB: 0 });
    }
    const zeros = builder.emit('Expand', [builder.scalar(0), builder.integers([rows, columns])]);
    const everywhere = builder.emit('Expand', [ids!, builder.integers([terms, columns])]);
    return builder.emit('ScatterElements', [zeros, everywhere, x!], { axis: 0, reduction: 'add' });
  },
};

/** Zeros, with row r of x added to row ids[r]: the gradient of an embedding. */
export function scatterAddRows(x: Node, ids: Node, rows: number): Node {
  return apply(scatterAddRowsOperation, [x, ids], { rows });
}
