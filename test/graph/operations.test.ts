import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { apply, type Node, topologicalOrder } from '../../src/graph/node.js';
import { batchedProduct } from '../../src/graph/operations/batched-product.js';
import { gatherColumns, scatterColumns } from '../../src/graph/operations/chosen-columns.js';
import { input, inputOperation } from '../../src/graph/operations/input.js';
import { logSoftmax, logSumExp } from '../../src/graph/operations/log-sum-exp.js';
import { matrixProduct } from '../../src/graph/operations/matrix-product.js';
import {
  columnsToRows,
  concatenate,
  gatherRows,
  pad,
  rowsToColumns,
  scatterAddRows,
  slice,
} from '../../src/graph/operations/movement.js';
import {
  add,
  divide,
  expOperation,
  logOperation,
  maximum,
  minimum,
  multiply,
  negate,
  relu,
  sigmoid,
  sqrt,
  subtract,
  tanh,
} from '../../src/graph/operations/pointwise.js';
import {
  gatherSelected,
  relabelRange,
  scatterSelected,
  selectedCrossEntropy,
  selectedProduct,
  selectRows,
} from '../../src/graph/operations/selected-rows.js';
import { softmaxCrossEntropy } from '../../src/graph/operations/softmax-cross-entropy.js';
import { columnSums, rowSums, sumOfSquares, sumOfTerms } from '../../src/graph/operations/sums.js';
import { numbersOf } from '../../src/graph/operations/table.js';
import { gradientError } from './numeric-gradient.js';

const matrix = (name: string, rows: number, columns: number) => input(name, { rows, columns });
const a = matrix('a', 3, 5);
const b = matrix('b', 3, 5);
const row = matrix('row', 1, 5);
const column = matrix('column', 3, 1);
const scalar = matrix('scalar', 1, 1);
const ids = input('ids', { rows: 3, columns: 1, integer: true });

/** Rows 0 and 2. */
const selection = selectRows(ids, 1, 2);
/** [3, 3] */
const places = concatenate([numbersOf(ids, 4), numbersOf(ids, 4), numbersOf(relabelRange(ids, 2, 1, 1), 4)], 'columns');
const selected = gatherSelected(a, selection);

/** Any matrix as a scalar whose gradient differs from element to element. */
function weigh(x: Node): Node {
  const weights = matrix('weights', x.rows, x.columns);
  return rowSums(columnSums(multiply(weights, x)));
}

const cases: [string, Node][] = [
  ['add', add(a, b)],
  ['add, one row spread', add(a, row)],
  ['add, one column spread', add(column, a)],
  ['add, a scalar spread', add(a, scalar)],
  ['subtract', subtract(a, b)],
  ['subtract, a column from a row', subtract(row, column)],
  ['multiply', multiply(a, b)],
  ['multiply, one row spread', multiply(row, a)],
  ['multiply by itself', multiply(a, a)],
  ['divide', divide(a, apply(expOperation, [b]))],
  ['negate', negate(a)],
  ['maximum', maximum(a, b)],
  ['minimum', minimum(a, b)],
  ['exp', apply(expOperation, [a])],
  ['log', apply(logOperation, [apply(expOperation, [add(a, b)])])],
  ['sqrt', sqrt(apply(expOperation, [a]))],
  ['sigmoid', sigmoid(a)],
  ['tanh', tanh(a)],
  ['relu', relu(a)],
  ['matrixProduct', matrixProduct(a, matrix('w', 5, 4))],
  ['matrixProduct, A transposed', matrixProduct(a, matrix('w', 3, 4), { transposeA: true })],
  ['matrixProduct, B transposed', matrixProduct(a, matrix('w', 4, 5), { transposeB: true })],
  ['matrixProduct, both transposed', matrixProduct(a, matrix('w', 4, 3), { transposeA: true, transposeB: true })],
  ['batchedProduct', batchedProduct(matrix('u', 3, 2 * 4), matrix('w', 3, 4 * 5), 2)],
  ['batchedProduct, A transposed', batchedProduct(matrix('u', 3, 4 * 2), matrix('w', 3, 4 * 5), 2, { transposeA: true })],
  ['batchedProduct, B transposed', batchedProduct(matrix('u', 3, 2 * 4), matrix('w', 3, 5 * 4), 2, { transposeB: true })],
  [
    'batchedProduct, both transposed',
    batchedProduct(matrix('u', 3, 4 * 2), matrix('w', 3, 5 * 4), 2, { transposeA: true, transposeB: true }),
  ],
  ['rowsToColumns', rowsToColumns(matrix('u', 6, 4), 3)],
  ['columnsToRows', columnsToRows(matrix('u', 2, 12), 3)],
  ['slice of rows', slice(a, 'rows', 1, 2)],
  ['slice of columns', slice(a, 'columns', 2, 3)],
  ['slices that overlap', add(slice(a, 'columns', 0, 3), slice(a, 'columns', 2, 3))],
  ['slices that tile', add(slice(a, 'columns', 0, 2), slice(a, 'columns', 2, 2))],
  ['pad', pad(a, 'rows', 2, 7)],
  ['concatenate rows', concatenate([a, b, row], 'rows')],
  ['concatenate columns', concatenate([a, column, b], 'columns')],
  ['sumOfTerms', sumOfTerms([a, b, a])],
  ['columnSums', columnSums(a)],
  ['rowSums', rowSums(a)],
  ['sumOfSquares', sumOfSquares(a)],
  ['gatherRows', gatherRows(matrix('table', 4, 5), ids)],
  ['scatterAddRows', scatterAddRows(a, ids, 4)],
  ['gatherColumns', gatherColumns(a, places)],
  ['scatterColumns', scatterColumns(slice(a, 'columns', 0, 3), places, 4)],
  ['logSumExp', logSumExp(a)],
  ['logSoftmax', logSoftmax(a)],
  ['gatherSelected', selected],
  ['scatterSelected', scatterSelected(selected, selection)],
  ['selectedProduct', selectedProduct(selected, matrix('w', 5, 4), selection, { transposeB: false })],
  ['selectedProduct, B transposed', selectedProduct(selected, matrix('w', 4, 5), selection, { transposeB: true })],
  ['selectedCrossEntropy', selectedCrossEntropy(selected, ids, selection, 1)],
  ['softmaxCrossEntropy of relabelled targets', softmaxCrossEntropy(a, relabelRange(ids, 1, 2, 4))],
  ['softmaxCrossEntropy', softmaxCrossEntropy(a, ids)],
];

describe('the derived gradient is the numeric one', () => {
  test.each(cases)('%s', (_, node) => {
    const random = createRandom(3);
    const scalarNode = weigh(node);
    const inputs = Object.fromEntries(
      topologicalOrder([scalarNode])
        .filter(({ operation }) => operation === inputOperation)
        .map(({ attributes, rows, columns }) => [
          attributes.name as string,
          attributes.integer ? Int32Array.of(2, 0, 2) : Float64Array.from({ length: rows * columns }, () => random.normal()),
        ]),
    );
    expect(gradientError(scalarNode, inputs)).toBeLessThan(1e-8);
  });
});
