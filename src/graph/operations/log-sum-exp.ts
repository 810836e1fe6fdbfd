import { apply, type Node, type Operation } from '../node.js';
import { add, exp, log, maximum, multiply, subtract } from './pointwise.js';

export const logSumExpOperation: Operation = {
  name: 'logSumExp',
  shape: ([x]) => ({ rows: x!.rows, columns: 1 }),
  gradient: (y, dY) => [multiply(exp(subtract(y.inputs[0]!, y)), dY)],
  reference([x], node, output) {
    const { columns } = node.inputs[0]!;
    for (let r = 0; r < node.rows; r++) {
      const row = x!.subarray(r * columns, (r + 1) * columns);
      let largest = Number.NEGATIVE_INFINITY;
      for (const value of row) largest = Math.max(largest, value);
      let sum = 0;
      for (const value of row) sum += Math.exp(value - largest);
      output[r] = largest + Math.log(sum);
    }
  },
};

/** ln of the sum of the exponentials of each row: [R, C] to [R, 1]. The largest element is subtracted first, so exp stays finite. */
export function logSumExp(x: Node): Node {
  return apply(logSumExpOperation, [x]);
}

/** ln softmax of each row: x - logSumExp(x). */
export function logSoftmax(x: Node): Node {
  return subtract(x, logSumExp(x));
}

/** ln of the sum of the exponentials of several matrices of one shape, element by element. */
export function logSumOf(terms: readonly Node[]): Node {
  const largest = terms.reduce(maximum);
  const sum = terms.map((term) => exp(subtract(term, largest))).reduce(add);
  return add(largest, log(sum));
}
