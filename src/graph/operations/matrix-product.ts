import { type Attributes, apply, GraphError, type Node, type Operation, type Shape } from '../node.js';

/** Rows and columns of an operand after its transposition, if it has one. */
function oriented(operand: Shape, transposed: boolean): Shape {
  return transposed ? { rows: operand.columns, columns: operand.rows } : operand;
}

export const matrixProductOperation: Operation = {
  name: 'matrixProduct',
  shape(inputs, attributes) {
    const a = oriented(inputs[0]!, attributes.transposeA as boolean);
    const b = oriented(inputs[1]!, attributes.transposeB as boolean);
    if (a.columns !== b.rows) throw new GraphError('matrixProduct', inputs, 'the inner sizes differ');
    return { rows: a.rows, columns: b.columns };
  },
  gradient({ inputs: [a, b], attributes: { transposeA, transposeB } }, dY) {
    const dA = transposeA
      ? matrixProduct(b!, dY, { transposeA: transposeB as boolean, transposeB: true })
      : matrixProduct(dY, b!, { transposeB: !transposeB });
    const dB = transposeB
      ? matrixProduct(dY, a!, { transposeA: true, transposeB: transposeA as boolean })
      : matrixProduct(a!, dY, { transposeA: !transposeA });
    return [dA, dB];
  },
  reference([a, b], node, output) {
    const [left, right] = node.inputs as [Node, Node];
    const { transposeA, transposeB } = node.attributes;
    const inner = transposeA ? left.rows : left.columns;
    const [aRow, aInner] = transposeA ? [1, left.columns] : [left.columns, 1];
    const [bInner, bColumn] = transposeB ? [1, right.columns] : [right.columns, 1];
    for (let r = 0; r < node.rows; r++) {
      for (let c = 0; c < node.columns; c++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) sum += a![r * aRow + k * aInner]! * b![k * bInner + c * bColumn]!;
        output[r * node.columns + c] = sum;
      }
    }
  },
};

/** A B, with either operand transposed first where the option says so. */
export function matrixProduct(a: Node, b: Node, options: { transposeA?: boolean; transposeB?: boolean } = {}): Node {
  const attributes: Attributes = { transposeA: options.transposeA ?? false, transposeB: options.transposeB ?? false };
  return apply(matrixProductOperation, [a, b], attributes);
}
