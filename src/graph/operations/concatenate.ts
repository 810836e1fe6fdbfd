import { apply, GraphError, type Node } from '../node.js';
import type { Operation } from '../operation.js';
import type { Axis } from './pad.js';
import { slice } from './slice.js';

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
  onnx(builder, { attributes: { axis } }, inputs) {
    const attributes = { axis: axis === 'rows' ? 0 : 1 };
    const most = builder.maximumTensors - 1;
    let parts = [...inputs];
    while (parts.length > 1) {
      const joined: string[] = [];
      for (let i = 0; i < parts.length; i += most) {
        const few = parts.slice(i, i + most);
        joined.push(few.length === 1 ? few[0]! : builder.emit('Concat', few, attributes));
      }
      parts = joined;
    }
    return parts[0]!;
  },
};

/** The parts one below the other (rows) or side by side (columns). */
export function concatenate(parts: readonly Node[], axis: Axis): Node {
  return parts.length === 1 ? parts[0]! : apply(concatenateOperation, parts, { axis });
}
