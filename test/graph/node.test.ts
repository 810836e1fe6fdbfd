import { describe, expect, test } from 'vitest';
import { gradients } from '../../src/graph/autodiff.js';
import { GraphError, type Node, topologicalOrder, usersOf } from '../../src/graph/node.js';
import { batchedProduct } from '../../src/graph/operations/batched-product.js';
import { dropoutMask } from '../../src/graph/operations/dropout-mask.js';
import { gaussianNoise } from '../../src/graph/operations/gaussian-noise.js';
import { input, inputOperation } from '../../src/graph/operations/input.js';
import { matrixProduct } from '../../src/graph/operations/matrix-product.js';
import {
  columnsToRows,
  concatenate,
  rowsToColumns,
  slice,
  splitColumns,
  splitRows,
} from '../../src/graph/operations/movement.js';
import { add, constant, multiply, tanh } from '../../src/graph/operations/pointwise.js';
import { columnSums, rowSums, shardSum, sumOfTerms } from '../../src/graph/operations/sums.js';
import { causalTable } from '../../src/graph/operations/table.js';

const matrix = (rows: number, columns: number) => input(`${rows} x ${columns}`, { rows, columns });
const ofBatch = (rows: number, columns: number) => input('batch', { rows, columns, sharded: true });
const shapeOf = ({ rows, columns }: Node) => [rows, columns];

describe('shapes that do not fit are an error that names the operation, the shapes and the problem', () => {
  const [a, b] = [matrix(4, 6), matrix(3, 5)];
  test.each<[string, () => Node, string]>([
    ['one row too few', () => add(matrix(4, 5), b), 'add([4, 5], [3, 5]): the shapes do not broadcast'],
    ['one column too few', () => add(matrix(3, 6), b), 'add([3, 6], [3, 5]): the shapes do not broadcast'],
    ['inner sizes', () => matrixProduct(a, b), 'matrixProduct([4, 6], [3, 5]): the inner sizes differ'],
    ['inner sizes, transposed', () => matrixProduct(a, matrix(4, 6)), 'matrixProduct([4, 6], [4, 6]): the inner sizes differ'],
    ['rows of a batched product', () => batchedProduct(a, b, 2), 'batchedProduct([4, 6], [3, 5]): the rows differ in number'],
    ['height of a batched product', () => batchedProduct(a, a, 4), 'batchedProduct([4, 6], [4, 6]): the inner sizes differ'],
    [
      'width of a batched product',
      () => batchedProduct(a, matrix(4, 7), 2),
      'batchedProduct([4, 6], [4, 7]): the inner sizes differ',
    ],
    ['columns below each other', () => concatenate([a, b], 'rows'), 'concatenate([4, 6], [3, 5]): the columns differ'],
    ['rows side by side', () => concatenate([a, b], 'columns'), 'concatenate([4, 6], [3, 5]): the rows differ'],
    ['terms', () => sumOfTerms([a, a, matrix(4, 5)]), 'sumOfTerms([4, 6], [4, 6], [4, 5]): the shapes differ'],
    ['slice after the end', () => slice(a, 'rows', 3, 2), 'slice([4, 6]): rows 3 to 5 are not all there'],
    ['slice of columns', () => slice(a, 'columns', 3, 4), 'slice([4, 6]): columns 3 to 7 are not all there'],
    ['slice before the start', () => slice(a, 'rows', -1, 2), 'slice([4, 6]): rows -1 to 1 are not all there'],
    ['parts of the rows', () => rowsToColumns(a, 3), 'rowsToColumns([4, 6]): no 3 equal parts'],
    ['parts of the columns', () => columnsToRows(a, 4), 'columnsToRows([4, 6]): no 4 equal parts'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(GraphError);
    expect(make).toThrow(message);
  });
});

test('slices up to both ends are allowed', () => {
  const x = matrix(4, 6);
  expect(shapeOf(slice(x, 'rows', 0, 4))).toEqual([4, 6]);
  expect(shapeOf(slice(x, 'rows', 3, 1))).toEqual([1, 6]);
  expect(shapeOf(slice(x, 'columns', 0, 6))).toEqual([4, 6]);
});

test('one part of a matrix, and a concatenation or sum of one matrix, is the matrix itself', () => {
  const x = matrix(4, 6);
  const same = [
    splitColumns(x, 1)[0],
    splitRows(x, 1)[0],
    concatenate([x], 'rows'),
    rowsToColumns(x, 1),
    columnsToRows(x, 1),
    sumOfTerms([x]),
    shardSum(x),
  ];
  for (const one of same) expect(one).toBe(x);
});

test('a value is of a shard if one of its operands is, except for a sum over the shards', () => {
  const [x, w] = [ofBatch(4, 6), matrix(4, 6)];
  expect(add(w, w).scope).toBe('shared');
  expect(add(w, x).scope).toBe('sharded');
  expect(shardSum(add(w, x)).scope).toBe('shared');
  const step = input('step', { rows: 1, columns: 1, integer: true });
  expect(dropoutMask(step, { rows: 4, columns: 6, batch: 2, rate: 0.5, site: 0, seed: 1 }).scope).toBe('sharded');
  expect(dropoutMask(step, { rows: 4, columns: 6, rate: 0.5, site: 0, seed: 1 }).scope).toBe('shared');
  const stepOfBatch = input('step', { rows: 1, columns: 1, integer: true, sharded: true });
  expect(dropoutMask(stepOfBatch, { rows: 4, columns: 6, rate: 0.5, site: 0, seed: 1 }).scope).toBe('shared');
  expect(gaussianNoise(stepOfBatch, { rows: 4, columns: 6, offset: 0, seed: 1 }).scope).toBe('shared');
});

test('the order of a graph has each node once, and all inputs before their users', () => {
  const [x, y] = [matrix(2, 2), matrix(2, 2)];
  const sum = add(x, y);
  const square = multiply(sum, sum);
  const other = tanh(x);
  expect(topologicalOrder([square, other, square, sum])).toEqual([x, y, sum, square, other]);
  expect(topologicalOrder([])).toEqual([]);
  const users = usersOf([x, y, sum, square, other]);
  expect(users.get(x)).toEqual([sum, other]);
  expect(users.get(sum)).toEqual([square]);
  expect(users.get(square)).toEqual([]);
});

describe('gradients', () => {
  const x = matrix(2, 3);
  const total = (of: Node) => rowSums(columnSums(of));

  test('of values that the scalar does not depend on are 0', () => {
    const [gradient] = gradients(total(x), [matrix(4, 6)]);
    expect(gradient!.attributes).toEqual({ value: 0, rows: 4, columns: 6 });
  });

  test('are not asked of operations that no wanted value depends on', () => {
    const { gradient: _, ...operation } = tanh(x).operation;
    const bare = { ...tanh(matrix(1, 3)), operation };
    expect(shapeOf(gradients(total(multiply(x, bare)), [x])[0]!)).toEqual([2, 3]);
    expect(shapeOf(gradients(total(multiply(x, causalTable(1, 2))), [x])[0]!)).toEqual([2, 3]);
  });

  test('of an operation without a rule are an error that names it', () => {
    const { gradient: _, ...operation } = tanh(x).operation;
    expect(() => gradients(total({ ...tanh(x), operation }), [x])).toThrow('tanh has no gradient rule');
  });

  test('of a rule whose shape is not that of the input are an error with both shapes', () => {
    const wrong = { ...tanh(x), operation: { ...tanh(x).operation, gradient: () => [constant(1, 4, 3)] } };
    expect(() => gradients(total(wrong), [x])).toThrow('a gradient of [4, 3] for [2, 3]');
  });

  test('of a shared value are summed over the shards once, after the sum within a shard', () => {
    const w = matrix(1, 3);
    const [first, second] = [ofBatch(2, 3), ofBatch(2, 3)];
    const loss = add(shardSum(total(add(multiply(w, first), multiply(w, second)))), total(multiply(w, w)));
    const [gradient] = gradients(loss, [w]);
    expect(gradient!.scope).toBe('shared');
    const sums = topologicalOrder([gradient!]).filter(({ operation }) => operation.name === 'shardSum');
    expect(sums).toHaveLength(1);
    expect(sums[0]!.inputs[0]!.operation.name).toBe('sumOfTerms');
  });

  test('of several uses are summed in the order of the uses', () => {
    const uses = [1, 2, 3].map((factor) => multiply(x, constant(factor)));
    const [gradient] = gradients(total(add(add(uses[0]!, uses[1]!), uses[2]!)), [x]);
    expect(gradient!.operation.name).toBe('sumOfTerms');
    const factors = gradient!.inputs.map(
      (term) => term.inputs.find(({ attributes }) => 'value' in attributes)!.attributes.value,
    );
    expect(factors).toEqual([1, 2, 3]);
  });
});

test('an input has no kernel', () => {
  expect(() => inputOperation.reference([], matrix(1, 1), new Float32Array(1), { shard: 0, shards: 1 })).toThrow(
    'the engine binds it',
  );
});
