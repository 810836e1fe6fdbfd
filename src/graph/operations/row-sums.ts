import { apply, type Node } from '../node.js';
import type { Operation } from '../operation.js';
import { add } from './add.js';
import { constant } from './constant.js';

export const rowSumsOperation: Operation = {
  name: 'rowSums',
  shape: (inputs) => ({ rows: inputs[0]!.rows, columns: 1 }),
  gradient: ({ inputs: [x] }, dY) => [x!.columns === 1 ? dY : add(dY, constant(0, 1, x!.columns))],
  reference([x], node, output) {
    const { rows, columns } = node.inputs[0]!;
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += x![r * columns + c]!;
      output[r] = sum;
    }
  },
  onnx: (builder, _, [x]) => builder.emit('ReduceSum', [x!, builder.integers([1])]),
};

/** The sum of each row: [R, C] to [R, 1]. */
export function rowSums(x: Node): Node {
  return apply(rowSumsOperation, [x]);
}
