import { apply, type Node } from '../node.js';
import type { Operation } from '../operation.js';
import { constant } from './constant.js';
import { multiply } from './multiply.js';

export const sumOfSquaresOperation: Operation = {
  name: 'sumOfSquares',
  shape: () => ({ rows: 1, columns: 1 }),
  gradient: ({ inputs: [x] }, dY) => [multiply(multiply(constant(2), x!), dY)],
  reference([x], _, output) {
    let sum = 0;
    for (const value of x!) sum += value * value;
    output[0] = sum;
  },
  onnx: (builder, _, [x]) => builder.emit('ReduceSumSquare', [x!]),
};

/** The sum of the squares of all elements, accumulated in float64: [1, 1]. */
export function sumOfSquares(x: Node): Node {
  return apply(sumOfSquaresOperation, [x]);
}
