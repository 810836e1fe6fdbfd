import { apply, type Node } from '../node.js';
import type { Operation } from '../operation.js';

export const constantOperation: Operation = {
  name: 'constant',
  elementwise: true,
  shape: (_, { rows, columns }) => ({ rows: rows as number, columns: columns as number }),
  scope: () => 'shared',
  reference: (_, { attributes }, output) => void output.fill(attributes.value as number),
  onnx(builder, { rows, columns, attributes }) {
    const scalar = builder.scalar(attributes.value as number);
    return rows * columns === 1 ? scalar : builder.emit('Expand', [scalar, builder.integers([rows, columns])]);
  },
};

/** A number; elementwise operations spread it over their other operand. */
export function constant(value: number, rows = 1, columns = 1): Node {
  return apply(constantOperation, [], { value, rows, columns });
}
