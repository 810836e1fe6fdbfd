import { apply, GraphError, type Node, type Operation, sameShape } from '../node.js';
import { add, constant, multiply } from './pointwise.js';

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
};

/** The sum of each row: [R, C] to [R, 1]. */
export function rowSums(x: Node): Node {
  return apply(rowSumsOperation, [x]);
}

export const columnSumsOperation: Operation = {
  name: 'columnSums',
  shape: (inputs) => ({ rows: 1, columns: inputs[0]!.columns }),
  gradient: ({ inputs: [x] }, dY) => [x!.rows === 1 ? dY : add(dY, constant(0, x!.rows, 1))],
  reference([x], node, output) {
    output.fill(0);
    const { rows, columns } = node.inputs[0]!;
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) output[c]! += x![r * columns + c]!;
  },
};

/** The sum of each column: [R, C] to [1, C]. */
export function columnSums(x: Node): Node {
  return apply(columnSumsOperation, [x]);
}

export const sumOfSquaresOperation: Operation = {
  name: 'sumOfSquares',
  shape: () => ({ rows: 1, columns: 1 }),
  gradient: ({ inputs: [x] }, dY) => [multiply(multiply(constant(2), x!), dY)],
  reference([x], _, output) {
    let sum = 0;
    for (const value of x!) sum += value * value;
    output[0] = sum;
  },
};

/** The sum of the squares of all elements, accumulated in float64: [1, 1]. */
export function sumOfSquares(x: Node): Node {
  return apply(sumOfSquaresOperation, [x]);
}

export const sumOfTermsOperation: Operation = {
  name: 'sumOfTerms',
  shape(inputs) {
    if (inputs.some((input) => !sameShape(input, inputs[0]!))) throw new GraphError('sumOfTerms', inputs, 'the shapes differ');
    return inputs[0]!;
  },
  gradient: ({ inputs }, dY) => inputs.map(() => dY),
  reference(values, _, output) {
    output.set(values[0]!);
    for (const term of values.slice(1)) for (let i = 0; i < output.length; i++) output[i]! += term[i]!;
  },
};

/** The sum of matrices of one shape, in the order given: sums the gradients of all uses of a value. */
export function sumOfTerms(terms: readonly Node[]): Node {
  return terms.length === 1 ? terms[0]! : apply(sumOfTermsOperation, terms);
}

export const shardSumOperation: Operation = {
  name: 'shardSum',
  shape: (inputs) => inputs[0]!,
  scope: () => 'shared',
  gradient: (_, dY) => [dY],
  /** One array for each shard, added in the shards' order. */
  reference(values, _, output) {
    output.set(values[0]!);
    for (const part of values.slice(1)) for (let i = 0; i < output.length; i++) output[i]! += part[i]!;
  },
};

/** The sum of a sharded value over all shards, in their order: from one value for each shard to one shared value. */
export function shardSum(x: Node): Node {
  return x.scope === 'shared' ? x : apply(shardSumOperation, [x]);
}
