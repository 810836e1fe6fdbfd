import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { createRandom } from '../../src/foundation/random.js';
import { type Node, type Outputs, topologicalOrder, type Values } from '../../src/graph/node.js';
import { input, inputOperation } from '../../src/graph/operations/input.js';
import { matrixProduct } from '../../src/graph/operations/matrix-product.js';
import { concatenate, gatherRows, pad, slice, splitRows } from '../../src/graph/operations/movement.js';
import { add, constant, multiply, relu, subtract, tanh } from '../../src/graph/operations/pointwise.js';
import { columnSums, sumOfTerms } from '../../src/graph/operations/sums.js';
import { batchSteps } from '../../src/graph/rewrites/batch-steps.js';
import { rewriteBackward, rewriteForward } from '../../src/graph/rewrites/index.js';

/** Data of a batch. */
const data = (name: string, rows: number, columns: number) => input(name, { rows, columns, sharded: true });
/** A parameter. */
const shared = (name: string, rows: number, columns: number) => input(name, { rows, columns });

/** The values of a graph for random inputs in float64. All ids are below 2. */
function valuesOf(outputs: Outputs, of: Outputs): Record<string, Values[]> {
  const random = createRandom(5);
  const inputs: Record<string, [Values]> = {};
  for (const { operation, attributes, rows, columns } of topologicalOrder(Object.values(of))) {
    if (operation !== inputOperation) continue;
    inputs[attributes.name as string] = [
      attributes.integer
        ? Int32Array.from({ length: rows }, () => random.integer(2))
        : Float64Array.from({ length: rows * columns }, () => random.normal()),
    ];
  }
  return evaluate(outputs, inputs, { shards: 1, allocate: (length) => new Float64Array(length) });
}

/**
 * How often each operation occurs in a rewritten graph, without its inputs. Fails if the graph computes other values than before.
 */
function rewritten(outputs: Outputs | Node, rule: (outputs: Outputs) => Outputs): Record<string, number> {
  const before = 'operation' in outputs ? { y: outputs as Node } : (outputs as Outputs);
  const after = rule(before);
  const [found, expected] = [valuesOf(after, before), valuesOf(before, before)];
  for (const [name, [values]] of Object.entries(expected)) {
    expect(found[name]![0]!.length).toBe(values!.length);
    for (const [i, value] of values!.entries()) expect(found[name]![0]![i], `${name}[${i}]`).toBeCloseTo(value, 12);
  }
  const counts: Record<string, number> = {};
  for (const { operation } of topologicalOrder(Object.values(after)))
    if (operation !== inputOperation) counts[operation.name] = (counts[operation.name] ?? 0) + 1;
  return counts;
}

describe('before differentiation', () => {
  const x = data('x', 6, 3);
  const w = shared('w', 3, 2);
  const forward = (outputs: Outputs | Node, shards = 1) => rewritten(outputs, (before) => rewriteForward(before, shards));
  const productsOf = (left: readonly Node[], weight: Node, transposeA = false) =>
    Object.fromEntries(left.map((one, t) => [`y${t}`, matrixProduct(one, weight, { transposeA })]));

  test('the products of all steps with one matrix become one product of the window', () => {
    expect(forward(productsOf(splitRows(x, 3), w))).toEqual({ matrixProduct: 1, slice: 3 });
    expect(forward(matrixProduct(slice(x, 'rows', 2, 2), shared('v', 2, 3), { transposeB: true }))).toEqual({
      matrixProduct: 1,
      slice: 1,
    });
  });

  test('products of other parts are not changed: the window would be multiplied for rows that nothing needs', () => {
    const unequal = { first: slice(x, 'rows', 0, 4), shifted: slice(x, 'rows', 1, 2), columns: slice(x, 'columns', 0, 2) };
    const outputs = {
      first: matrixProduct(unequal.first, w),
      shifted: matrixProduct(unequal.shifted, w),
      columns: matrixProduct(unequal.columns, shared('v', 2, 2)),
    };
    const before = new Set(Object.values(unequal));
    const after = rewriteForward(outputs, 1);
    for (const { inputs } of Object.values(after)) expect([...before]).toContainEqual(inputs[0]);
  });

  test('products with a matrix of the batch, or of a transposed window, are not changed', () => {
    expect(forward(productsOf(splitRows(x, 3), data('w', 3, 2)))).toEqual({ matrixProduct: 3, slice: 3 });
    expect(forward(productsOf(splitRows(x, 3), shared('v', 2, 2), true))).toEqual({ matrixProduct: 3, slice: 3 });
  });

  describe('the product of embeddings with a matrix', () => {
    const ids = input('ids', { rows: 4, columns: 1, sharded: true, integer: true });
    const embedded = (rows: number) => gatherRows(shared('table', rows, 3), ids);
    /** Rows of the matrix product in the rewritten graph. */
    const rowsMultiplied = (outputs: Node, shards: number) => {
      forward(outputs, shards);
      const nodes = topologicalOrder(Object.values(rewriteForward({ outputs }, shards)));
      return nodes.find(({ operation }) => operation.name === 'matrixProduct')!.rows;
    };

    test('is one product of the table where that has fewer rows than all shards together have ids', () => {
      expect(rowsMultiplied(matrixProduct(embedded(3), w), 1)).toBe(3);
      expect(rowsMultiplied(matrixProduct(embedded(4), w), 1)).toBe(4);
      expect(rewriteForward({ y: matrixProduct(embedded(4), w) }, 1).y!.operation.name).toBe('matrixProduct');
      expect(rewriteForward({ y: matrixProduct(embedded(3), w) }, 1).y!.operation.name).toBe('gatherRows');
      expect(rowsMultiplied(matrixProduct(embedded(7), w), 2)).toBe(7);
      expect(rowsMultiplied(matrixProduct(embedded(8), w), 2)).toBe(4);
    });

    test('is not changed where the matrix or the table is of the batch, or the embeddings are transposed', () => {
      expect(rowsMultiplied(matrixProduct(embedded(3), data('w', 3, 2)), 1)).toBe(4);
      expect(rowsMultiplied(matrixProduct(gatherRows(data('table', 3, 3), ids), w), 1)).toBe(4);
      expect(rowsMultiplied(matrixProduct(embedded(2), shared('v', 4, 2), { transposeA: true }), 1)).toBe(3);
    });
  });
});

describe('after differentiation', () => {
  const backward = (outputs: Outputs | Node) => rewritten(outputs, rewriteBackward);
  const a = data('a', 4, 6);
  const b = data('b', 4, 6);

  test('equal values are computed once, and values that no output needs are dropped', () => {
    expect(backward({ y: tanh(add(a, b)), z: multiply(tanh(add(a, b)), tanh(add(b, a))) })).toEqual({
      add: 2,
      multiply: 1,
      tanh: 2,
    });
    expect(backward({ y: slice(a, 'rows', 0, 2), z: slice(a, 'rows', 1, 2), u: slice(a, 'columns', 0, 2) })).toEqual({
      slice: 3,
    });
  });

  test('a product with 1 and a sum with 0 are the other operand, unless that is broadcast', () => {
    const row = data('row', 1, 6);
    expect(backward({ y: multiply(a, constant(1)), z: multiply(constant(1), b) })).toEqual({});
    expect(backward({ y: add(a, constant(0, 4, 6)), z: add(constant(0), b) })).toEqual({});
    expect(backward(multiply(constant(1, 4, 6), row))).toEqual({ constant: 1, multiply: 1 });
    expect(backward(add(row, constant(0, 4, 1)))).toEqual({ add: 1, constant: 1 });
    expect(backward(multiply(a, constant(0)))).toEqual({ constant: 1, multiply: 1 });
    expect(backward(add(a, constant(1)))).toEqual({ constant: 1, add: 1 });
  });

  test('a slice of an elementwise result is the result of slices; operands that are broadcast along it are not cut', () => {
    const [row, column] = [data('row', 1, 6), data('column', 4, 1)];
    expect(backward(slice(multiply(tanh(a), b), 'columns', 2, 3))).toEqual({ multiply: 1, slice: 2, tanh: 1 });
    const ofRow = rewriteBackward({ y: slice(add(a, row), 'rows', 1, 2), z: slice(add(column, a), 'columns', 1, 2) });
    expect(ofRow.y!.inputs[1]!.operation).toBe(inputOperation);
    expect(ofRow.z!.inputs[0]!.operation).toBe(inputOperation);
    expect(backward(slice(add(a, row), 'columns', 1, 2))).toEqual({ add: 1, slice: 2 });
    expect(backward(slice(add(column, a), 'rows', 1, 2))).toEqual({ add: 1, slice: 2 });
    expect(backward(slice(tanh(row), 'rows', 0, 1))).toEqual({ slice: 1, tanh: 1 });
    expect(backward(slice(columnSums(a), 'columns', 1, 2))).toEqual({ columnSums: 1, slice: 1 });
    expect(backward(slice(constant(3, 4, 6), 'rows', 1, 2))).toEqual({ constant: 1, slice: 1 });
  });

  test.each(['rows', 'columns'] as const)('a slice of padded %s reads what is inside the padding', (axis) => {
    const small = axis === 'rows' ? data('small', 3, 5) : data('small', 5, 3);
    const other = axis === 'rows' ? 'columns' : 'rows';
    // Zeros 0 and 1, the values 2 to 4, zeros 5 to 8.
    const padded = pad(small, axis, 2, 9);
    const cut = (start: number, length: number) => slice(padded, axis, start, length);
    expect(backward(cut(2, 3))).toEqual({});
    expect(backward(cut(2, 2))).toEqual({ slice: 1 });
    expect(backward(cut(4, 1))).toEqual({ slice: 1 });
    expect(backward(cut(0, 2))).toEqual({ constant: 1 });
    expect(backward(cut(5, 4))).toEqual({ constant: 1 });
    expect(backward(cut(1, 3))).toEqual({ pad: 1, slice: 1 });
    expect(backward(cut(3, 3))).toEqual({ pad: 1, slice: 1 });
    expect(backward(slice(padded, other, 1, 2))).toEqual({ pad: 1, slice: 1 });
  });

  test.each(['rows', 'columns'] as const)('adjacent slices of %s are joined', (axis) => {
    const whole = axis === 'rows' ? data('whole', 7, 4) : data('whole', 4, 7);
    const other = axis === 'rows' ? data('other', 7, 4) : data('other', 4, 7);
    const across = axis === 'rows' ? 'columns' : 'rows';
    const cut = (start: number, length: number) => slice(whole, axis, start, length);
    expect(backward(concatenate([cut(0, 3), cut(3, 4)], axis))).toEqual({});
    expect(backward(concatenate([cut(1, 3), cut(4, 2)], axis))).toEqual({ slice: 1 });
    expect(backward(concatenate([cut(0, 3), cut(3, 2)], axis))).toEqual({ slice: 1 });
    expect(backward(concatenate([cut(3, 4), cut(0, 3)], axis))).toEqual({ slice: 2, concatenate: 1 });
    expect(backward(concatenate([cut(0, 3), cut(4, 3)], axis))).toEqual({ slice: 2, concatenate: 1 });
    expect(backward(concatenate([cut(0, 3), slice(other, axis, 3, 4)], axis))).toEqual({ slice: 2, concatenate: 1 });
    expect(backward(concatenate([cut(0, 3), cut(3, 3), other], axis))).toEqual({ slice: 2, concatenate: 1 });
    const square = data('square', 4, 4);
    const parts = [slice(square, across, 0, 2), slice(square, across, 2, 2)];
    expect(backward(concatenate(parts, axis))).toEqual({ slice: 2, concatenate: 1 });
    // The second part begins where the first one ends, on the other axis.
    const crossed = [slice(square, axis, 0, 2), slice(slice(square, axis, 0, 2), across, 0, 4)];
    expect(backward(concatenate(crossed, axis))).toMatchObject({ concatenate: 1 });
  });

  test('products with one matrix, one below the other, become one product', () => {
    const w = shared('w', 6, 5);
    const v = shared('v', 6, 5);
    const stack = (...parts: Node[]) => concatenate(parts, 'rows');
    const [c, d] = [data('c', 2, 5), data('d', 3, 5)];
    expect(backward(stack(matrixProduct(a, w), matrixProduct(b, w)))).toEqual({ concatenate: 1, matrixProduct: 1 });
    const turned = (left: Node) => matrixProduct(left, w, { transposeB: true });
    expect(backward(stack(turned(c), turned(d)))).toEqual({ concatenate: 1, matrixProduct: 1 });
    expect(backward(stack(matrixProduct(a, w), matrixProduct(b, v)))).toEqual({ concatenate: 1, matrixProduct: 2 });
    expect(backward(stack(matrixProduct(a, w), data('e', 2, 5)))).toEqual({ concatenate: 1, matrixProduct: 1 });
    expect(backward(stack(data('e', 2, 5), matrixProduct(a, w)))).toEqual({ concatenate: 1, matrixProduct: 1 });
    const square = shared('square', 6, 6);
    const mixed = [matrixProduct(a, square), matrixProduct(b, square, { transposeB: true })];
    expect(backward(stack(...mixed))).toEqual({ concatenate: 1, matrixProduct: 2 });
    const tall = [a, b].map((left) => matrixProduct(left, shared('u', 4, 5), { transposeA: true }));
    expect(backward(stack(...tall))).toEqual({ concatenate: 1, matrixProduct: 2 });
    expect(backward(concatenate([matrixProduct(a, w), matrixProduct(b, w)], 'columns'))).toEqual({
      concatenate: 1,
      matrixProduct: 2,
    });
  });

  test.each(['rows', 'columns'] as const)('a concatenation of %s inside of another one is a slice of that one', (axis) => {
    const parts = Array.from({ length: 4 }, (_, i) => (axis === 'rows' ? data(`p${i}`, i + 1, 5) : data(`p${i}`, 5, i + 1)));
    const [p, q, r, s] = parts as [Node, Node, Node, Node];
    const join = (...some: Node[]) => concatenate(some, axis);
    expect(backward({ all: join(p, q, r, s), part: join(q, r) })).toEqual({ concatenate: 1, slice: 1 });
    expect(backward({ all: join(p, q, r, s), first: join(p, q, r) })).toEqual({ concatenate: 1, slice: 1 });
    expect(backward({ all: join(p, q, r, s), last: join(r, s) })).toEqual({ concatenate: 1, slice: 1 });
    expect(backward({ all: join(p, q, r), gap: join(p, r) })).toEqual({ concatenate: 2 });
    expect(backward({ all: join(p, q, r), beyond: join(q, r, s) })).toEqual({ concatenate: 2 });
    // The first one that has a part need not have all of them.
    expect(backward({ few: join(p, q), all: join(s, p, r), part: join(p, r) })).toEqual({ concatenate: 2, slice: 1 });
  });

  test('equal parts on the other axis are no part of a concatenation', () => {
    const parts = [0, 1, 2].map((i) => data(`p${i}`, 2, 2));
    expect(backward({ rows: concatenate(parts, 'rows'), columns: concatenate(parts.slice(1), 'columns') })).toEqual({
      concatenate: 2,
    });
    expect(backward({ rows: concatenate(parts, 'rows'), columns: concatenate(parts, 'columns') })).toEqual({ concatenate: 2 });
  });

  describe('a sum', () => {
    test.each(['rows', 'columns'] as const)('of paddings that tile the %s is a concatenation', (axis) => {
      const part = (name: string, size: number) => (axis === 'rows' ? data(name, size, 3) : data(name, 3, size));
      const whole = part('whole', 7);
      const padded = (name: string, start: number, size: number) => pad(part(name, size), axis, start, 7);
      expect(backward(sumOfTerms([padded('q', 3, 4), padded('p', 0, 3)]))).toEqual({ concatenate: 1 });
      expect(backward(sumOfTerms([padded('q', 3, 4), padded('p', 0, 3), padded('r', 3, 4)]))).toEqual({
        add: 1,
        concatenate: 1,
      });
      expect(backward(sumOfTerms([padded('p', 0, 7), padded('q', 0, 7)]))).toEqual({ add: 1 });
      expect(backward(sumOfTerms([whole, padded('q', 3, 4), padded('p', 0, 3)]))).toEqual({ add: 1, concatenate: 1 });
      // A gap, a hole at the end, parts of unequal length, and parts that overlap.
      expect(backward(sumOfTerms([padded('p', 0, 3), padded('q', 4, 3)]))).toEqual({ add: 1, pad: 2 });
      expect(backward(sumOfTerms([padded('p', 0, 3), padded('q', 3, 3)]))).toEqual({ add: 1, pad: 2 });
      expect(backward(sumOfTerms([padded('p', 1, 3), padded('q', 4, 3)]))).toEqual({ add: 1, pad: 2 });
      expect(backward(sumOfTerms([padded('p', 0, 3), padded('q', 0, 2), padded('r', 3, 4)]))).toEqual({ add: 2, pad: 3 });
      expect(backward(sumOfTerms([padded('p', 0, 4), padded('q', 3, 4)]))).toEqual({ add: 1, pad: 2 });
      expect(backward(sumOfTerms([padded('p', 0, 3), whole]))).toEqual({ add: 1, pad: 1 });
    });

    test('of paddings on both axes has a concatenation for each axis', () => {
      const rows = [pad(data('p', 1, 4), 'rows', 0, 4), pad(data('q', 3, 4), 'rows', 1, 4)];
      const columns = [pad(data('r', 4, 1), 'columns', 0, 4), pad(data('s', 4, 3), 'columns', 1, 4)];
      expect(backward(sumOfTerms([...rows, ...columns]))).toEqual({ add: 1, concatenate: 2 });
    });

    test('of products over the rows is one product of the whole window', () => {
      const [x, y] = [data('x', 4, 2), data('y', 3, 2)];
      const c = data('c', 3, 6);
      const over = (left: Node, right: Node) => matrixProduct(left, right, { transposeA: true });
      expect(backward(sumOfTerms([over(a, x), over(c, y)]))).toEqual({ concatenate: 2, matrixProduct: 1 });
      const plain = matrixProduct(data('f', 6, 3), data('g', 3, 2));
      expect(backward(sumOfTerms([over(a, x), plain]))).toEqual({ add: 1, matrixProduct: 2 });
      const [m, n] = [data('m', 6, 4), data('n', 2, 4)];
      const turned = matrixProduct(m, n, { transposeB: true });
      expect(backward(sumOfTerms([turned, matrixProduct(data('o', 6, 4), n, { transposeB: true })]))).toEqual({
        add: 1,
        matrixProduct: 2,
      });
      const both = { transposeA: true, transposeB: true };
      expect(backward(sumOfTerms([matrixProduct(a, n, both), matrixProduct(b, n, both)]))).toEqual({
        add: 1,
        matrixProduct: 2,
      });
    });

    test('of column sums is the column sums of the rows one below the other', () => {
      expect(backward(sumOfTerms([columnSums(a), columnSums(b)]))).toEqual({ columnSums: 1, concatenate: 1 });
      expect(backward(sumOfTerms([data('row', 1, 6), columnSums(b)]))).toEqual({ add: 1, columnSums: 1 });
    });

    test('of other terms adds them in the order given, with a merged term at the place of its first part', () => {
      const [p, q, r] = ['p', 'q', 'r'].map((name) => data(name, 1, 6)) as [Node, Node, Node];
      const { y } = rewriteBackward({ y: sumOfTerms([p, columnSums(a), relu(q), columnSums(b), r]) });
      const names: string[] = [];
      let sum = y!;
      for (; sum.operation.name === 'add'; sum = sum.inputs[0]!) names.unshift(nameOf(sum.inputs[1]!));
      expect([nameOf(sum), ...names]).toEqual(['p', 'columnSums', 'relu', 'r']);
    });
  });
});

const nameOf = ({ operation, attributes }: Node) => (attributes.name as string | undefined) ?? operation.name;

describe('where operations are slow to start', () => {
  const T = 12;
  const x = data('x', 2 * T, 3);
  const steps = splitRows(x, T);
  /** h_t = tanh(h_(t-1) + x_t), and the states before each step. */
  const states = [data('h', 2, 3)];
  for (const step of steps) states.push(tanh(add(states.at(-1)!, step)));
  const batched = (outputs: Outputs | Node) => rewritten(outputs, batchSteps);

  test('what the steps do alike becomes one operation, and independent states are put together once', () => {
    // The first states differ from the others in how many steps are before them.
    const ends = Object.fromEntries(states.slice(-4).map((h, t) => [`y${t}`, multiply(subtract(constant(1), h), h)]));
    const { subtract: differences, multiply: products, concatenate: joins } = batched(ends);
    expect({ differences, products, joins }).toEqual({ differences: 1, products: 1, joins: 1 });
  });

  test('steps that depend on one another stay apart', () => {
    expect(batched(states.at(-1)!)).toEqual({ slice: T, add: T, tanh: T });
  });

  test('two sets of values that depend on each other in turns stay apart', () => {
    // a_t depends on b_(t-1) and b_t on a_t: neither the a nor the b are independent.
    const a = [tanh(steps[0]!)];
    const b = [relu(a[0]!)];
    for (const step of steps.slice(1)) {
      a.push(tanh(add(b.at(-1)!, step)));
      b.push(relu(a.at(-1)!));
    }
    const { tanh: tanhs, relu: relus } = batched(b.at(-1)!);
    expect({ tanhs, relus }).toEqual({ tanhs: T, relus: T });
  });

  test('values that are computed with a whole matrix of parameters stay apart', () => {
    const ends = Object.fromEntries(states.slice(-4).map((h, t) => [`y${t}`, multiply(h, shared('scale', 2, 3))]));
    expect(batched(ends)).toMatchObject({ multiply: 4 });
    const row = Object.fromEntries(states.slice(-4).map((h, t) => [`y${t}`, multiply(h, shared('row', 1, 3))]));
    expect(batched(row)).toMatchObject({ multiply: 1 });
  });

  test('a product of three factors begins with the two that are known first', () => {
    const [early, late] = [data('early', 2, 3), states.at(-1)!];
    const ends = Object.fromEntries(
      steps.map((step, t) => [`y${t}`, multiply(multiply(tanh(multiply(late, constant(t + 1))), early), step)]),
    );
    // early x_t for all steps at once; late values are known at the same time, so their product with it is one operation too.
    expect(batched(ends).multiply).toBeLessThan(3 * T);
    const { inputs } = batchSteps({ y: multiply(multiply(late, early), steps[0]!) }).y!;
    expect(inputs.map(({ operation }) => operation.name).sort()).toEqual(['multiply', 'tanh']);
  });
});
