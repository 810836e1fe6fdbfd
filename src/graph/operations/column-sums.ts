import { apply, type Node } from '../node.js';
import type { Operation } from '../operation.js';
import { add } from './add.js';
import { constant } from './constant.js';

export const columnSumsOperation: Operation = {
  name: 'columnSums',
  shape: (inputs) => ({ rows: 1, columns: inputs[0]!.columns }),
  gradient: ({ inputs: [x] }, dY) => [x!.rows === 1 ? dY : add(dY, constant(0, x!.rows, 1))],
  reference([x], node, output) {
    output.fill(0);
    const { rows, columns } = node.inputs[0]!;
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) output[c]! += x![r * columns + c]!;
  },
  onnx: (builder, _, [x]) => builder.emit('ReduceSum', [x!, builder.integers([0])]),
};

/** The sum of each column: [R, C] to [1, C]. */
export function columnSums(x: Node): Node {
  return apply(columnSumsOperation, [x]);
}
