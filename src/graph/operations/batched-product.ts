import { apply, GraphError, type Node, type Operation } from '../node.js';

/** Sizes of the matrices in the rows of a batched product: A is [m, k], B is [k, n], after the transpositions. */
export function batchedSizes([a, b]: readonly Node[], height: number): { m: number; k: number; n: number } {
  const k = a!.columns / height;
  return { m: height, k, n: b!.columns / k };
}

export const batchedProductOperation: Operation = {
  name: 'batchedProduct',
  shape(inputs, { height }) {
    const [a, b] = inputs as [Node, Node];
    const { m, k, n } = batchedSizes(inputs, height as number);
    if (a.rows !== b.rows) throw new GraphError('batchedProduct', inputs, 'the rows differ in number');
    if (!Number.isInteger(k) || !Number.isInteger(n)) throw new GraphError('batchedProduct', inputs, 'the inner sizes differ');
    return { rows: a.rows, columns: m * n };
  },
  gradient({ inputs, attributes }, dY) {
    const [a, b] = inputs as [Node, Node];
    const { height, transposeA, transposeB } = attributes as { height: number; transposeA: boolean; transposeB: boolean };
    const { m, k, n } = batchedSizes(inputs, height);
    const dA = transposeA
      ? batchedProduct(b, dY, k, { transposeA: transposeB, transposeB: true })
      : batchedProduct(dY, b, m, { transposeB: !transposeB });
    const dB = transposeB
      ? batchedProduct(dY, a, n, { transposeA: true, transposeB: transposeA })
      : batchedProduct(a, dY, k, { transposeA: !transposeA });
    return [dA, dB];
  },
  reference([a, b], node, output) {
    const { transposeA, transposeB, height } = node.attributes;
    const { m, k, n } = batchedSizes(node.inputs, height as number);
    const [aRow, aInner] = transposeA ? [1, m] : [k, 1];
    const [bInner, bColumn] = transposeB ? [1, k] : [n, 1];
    for (let row = 0; row < node.rows; row++) {
      const [fromA, fromB, to] = [row * m * k, row * k * n, row * m * n];
      for (let r = 0; r < m; r++) {
        for (let c = 0; c < n; c++) {
          let sum = 0;
          for (let i = 0; i < k; i++) sum += a![fromA + r * aRow + i * aInner]! * b![fromB + i * bInner + c * bColumn]!;
          output[to + r * n + c] = sum;
        }
      }
    }
  },
};

/**
 * The products of the matrices in the rows of A and B, row by row: [R, m*k] and [R, k*n] to [R, m*n]. Each row contains a matrix in
 * row-major order; with `transposeA` those of A are [k, m], with `transposeB` those of B are [n, k].
 * @param height m
 */
export function batchedProduct(
  a: Node,
  b: Node,
  height: number,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): Node {
  return apply(batchedProductOperation, [a, b], { height, transposeA, transposeB });
}
