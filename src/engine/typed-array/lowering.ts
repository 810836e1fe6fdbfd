import { type Attributes, apply, type Node, type Operation, type Outputs } from '../../graph/node.js';
import { batchedProductOperation, batchedSizes } from '../../graph/operations/batched-product.js';
import { inputOperation } from '../../graph/operations/input.js';
import { matrixProductOperation } from '../../graph/operations/matrix-product.js';
import { constantOperation, stopGradientOperation } from '../../graph/operations/pointwise.js';
import { selectedOuterProductOperation, selectedProductOperation } from '../../graph/operations/selected-rows.js';
import { sumOfSquaresOperation } from '../../graph/operations/sums.js';
import { tableOperation } from '../../graph/operations/table.js';
import { type RewriteRule, rewrite } from '../../graph/rewrites/rewrite.js';

/** For an operation of this engine alone: it has no reference kernel. */
const onlyHere = (name: string) => ({
  reference() {
    throw new Error(`${name} exists only on the typed-array engine`);
  },
});

/** B in panels of 16 columns, the layout that the product's kernel reads: ceil(N / 16) panels of 16 K floats. */
export const packPanelsOperation: Operation = {
  name: 'packPanels',
  shape([b], { transposed }) {
    const [K, N] = transposed ? [b!.columns, b!.rows] : [b!.rows, b!.columns];
    return { rows: Math.ceil(N / 16), columns: 16 * K };
  },
  ...onlyHere('packPanels'),
};

/** The transposed matrix, copied to a new layout. */
export const transposeOperation: Operation = {
  name: 'transpose',
  shape: ([x]) => ({ rows: x!.columns, columns: x!.rows }),
  ...onlyHere('transpose'),
};

/** A product whose right operand is packed; the attribute `columns` is N. */
export const packedProductOperation: Operation = {
  name: 'packedProduct',
  shape: ([a], { columns }) => ({ rows: a!.rows, columns: columns as number }),
  ...onlyHere('packedProduct'),
};

/**
 * Makes the layouts that the product's kernel needs explicit: rows of A in order, panels of B. A packing or transposition is then planned
 * like any other value: it is computed once for all products that share it, and for weights once per update.
 */
const spellOutProducts: RewriteRule = (node, build) => {
  if (node.operation !== matrixProductOperation) return undefined;
  const [a, b] = node.inputs;
  const rowsOfA = node.attributes.transposeA ? build(transposeOperation, [a!]) : a!;
  const panels = build(packPanelsOperation, [b!], { transposed: node.attributes.transposeB! });
  return build(packedProductOperation, [rowsOfA, panels], { columns: node.columns });
};

/** A selectedProduct whose right operand is packed; the attribute `columns` is N. */
export const packedSelectedProductOperation: Operation = {
  name: 'packedSelectedProduct',
  shape: ([x], { columns }) => ({ rows: x!.rows, columns: columns as number }),
  ...onlyHere('packedSelectedProduct'),
};

/** The selected rows of a compact matrix as columns, without gaps. */
export const transposeSelectedOperation: Operation = {
  name: 'transposeSelected',
  shape: ([x]) => ({ rows: x!.columns, columns: x!.rows }),
  ...onlyHere('transposeSelected'),
};

/** The selected rows of a compact matrix in panels of 16 columns. */
export const packSelectedOperation: Operation = {
  name: 'packSelected',
  shape: ([b]) => ({ rows: Math.ceil(b!.columns / 16), columns: 16 * b!.rows }),
  ...onlyHere('packSelected'),
};

/** A selectedOuterProduct of the results of transposeSelected and packSelected; the attribute `columns` is N. */
export const packedOuterProductOperation: Operation = {
  name: 'packedOuterProduct',
  shape: ([a], { columns }) => ({ rows: a!.rows, columns: columns as number }),
  ...onlyHere('packedOuterProduct'),
};

/** The same rule for products of selected rows. */
const spellOutSelectedProducts: RewriteRule = (node, build) => {
  const [a, b, selection] = node.inputs as [Node, Node, Node];
  const { columns } = node;
  if (node.operation === selectedProductOperation) {
    const panels = build(packPanelsOperation, [b], { transposed: node.attributes.transposeB! });
    return build(packedSelectedProductOperation, [a, panels, selection], { columns });
  }
  if (node.operation !== selectedOuterProductOperation) return undefined;
  const columnsOfA = build(transposeSelectedOperation, [a, selection]);
  const panels = build(packSelectedOperation, [b, selection]);
  return build(packedOuterProductOperation, [columnsOfA, panels, selection], { columns });
};

/** The matrix [k, n] in each row, packed as packPanels does: [R, 16 k ceil(n / 16)]. */
export const packBatchOperation: Operation = {
  name: 'packBatch',
  shape: ([b], { k, n }) => ({ rows: b!.rows, columns: 16 * (k as number) * Math.ceil((n as number) / 16) }),
  ...onlyHere('packBatch'),
};

/** The matrix [k, m] in each row, transposed. */
export const transposeBatchOperation: Operation = {
  name: 'transposeBatch',
  shape: ([a]) => ({ rows: a!.rows, columns: a!.columns }),
  ...onlyHere('transposeBatch'),
};

/** A batchedProduct whose right operand is packed. */
export const packedBatchProductOperation: Operation = {
  name: 'packedBatchProduct',
  shape: ([a], { m, n }) => ({ rows: a!.rows, columns: (m as number) * (n as number) }),
  ...onlyHere('packedBatchProduct'),
};

/** The same for products row by row. */
const spellOutBatchedProducts: RewriteRule = (node, build) => {
  if (node.operation !== batchedProductOperation) return undefined;
  const [a, b] = node.inputs as [Node, Node];
  const { height, transposeA, transposeB } = node.attributes as { height: number; transposeA: boolean; transposeB: boolean };
  const sizes = batchedSizes([a, b], height);
  const rowsOfA = transposeA ? build(transposeBatchOperation, [a], sizes) : a;
  const panels = build(packBatchOperation, [b], { ...sizes, transposed: transposeB });
  return build(packedBatchProductOperation, [rowsOfA, panels], sizes);
};

/** After differentiation it is its operand. */
const withoutStops: RewriteRule = ({ operation, inputs: [x] }) => (operation === stopGradientOperation ? x : undefined);

/** A table is an input that the engine itself writes, once: what follows from tables alone is computed once, too. */
const readTables: RewriteRule = ({ operation, attributes, rows, columns }, build) =>
  operation === tableOperation
    ? build(inputOperation, [], {
        name: tableName(attributes),
        rows,
        columns,
        integer: false,
        scope: 'shared',
        parameter: true,
      })
    : undefined;

/** What the input for a table is called. */
export const tableName = (attributes: Attributes) => `table ${JSON.stringify(attributes)}`;

/** Sums of squares of equal parts of a vector, one float64 (two columns) for each part. */
export const partialSumsOfSquaresOperation: Operation = {
  name: 'partialSumsOfSquares',
  shape: (_, { parts }) => ({ rows: parts as number, columns: 2 }),
  ...onlyHere('partialSumsOfSquares'),
};

/** The sum of float64 numbers, rounded to float32. */
export const sumOfDoublesOperation: Operation = {
  name: 'sumOfDoubles',
  shape: () => ({ rows: 1, columns: 1 }),
  ...onlyHere('sumOfDoubles'),
};

/** Divides the norm of all gradients among all threads: each sums a part. */
function partSumsOfSquares(parts: number): RewriteRule {
  return (node, build) => {
    if (node.operation !== sumOfSquaresOperation) return undefined;
    return build(sumOfDoublesOperation, [build(partialSumsOfSquaresOperation, node.inputs, { parts })]);
  };
}

/** A constant that must be in memory. */
export const filledOperation: Operation = {
  name: 'filled',
  shape: (_, { rows, columns }) => ({ rows: rows as number, columns: columns as number }),
  ...onlyHere('filled'),
};

/** Elementwise loops keep constants in registers; other operations read their operands from memory. */
const fillConstants: RewriteRule = ({ operation, inputs, attributes }, build) => {
  if (operation.elementwise || !inputs.some((input) => input.operation === constantOperation)) return undefined;
  const inMemory = (input: Node) =>
    input.operation === constantOperation ? build(filledOperation, [], input.attributes) : input;
  return build(operation, inputs.map(inMemory), attributes);
};

/**
 * Rewrites a graph to the operations of the kernels, with every constant output in memory. @param shards the number of parts of a sum of
 * squares
 */
export function lowerToKernels(outputs: Outputs, shards: number): Outputs {
  const inMemory = Object.entries(outputs).map(([name, node]) => [
    name,
    node.operation === constantOperation ? apply(filledOperation, [], node.attributes) : node,
  ]);
  return rewrite(Object.fromEntries(inMemory), [
    spellOutProducts,
    spellOutSelectedProducts,
    spellOutBatchedProducts,
    readTables,
    partSumsOfSquares(shards),
    withoutStops,
    fillConstants,
  ]);
}
