import type { Node } from '../../graph/node.js';
import { add } from '../../graph/operations/add.js';
import { matrixProduct } from '../../graph/operations/matrix-product.js';
import type { StandardOperator } from '../../graph/operations/recurrent-operator.js';

/** One layer's weights, in PyTorch's names and layouts: G gates one below the other, in the cell's order. */
export interface CellParameters {
  /** (G*H, E) */
  weight_ih: Node;
  /** (G*H, H) */
  weight_hh: Node;
  /** (1, G*H) */
  bias_ih: Node;
  /** (1, G*H) */
  bias_hh: Node;
}

/** A recurrent cell: what one step of one layer computes. Gradients are derived from it. */
export interface Cell {
  /** How many blocks of H rows the weights have. */
  readonly gates: number;
  /** Which of the gates is a forget gate, if one is: its biases may begin with a value of their own. */
  readonly forgetGate?: number;
  /** Absent where ONNX has no operator for the cell: its equations are exported then. */
  readonly standardOperator?: StandardOperator;
  /** Names of the state's parts; the first is the output of the layer. */
  readonly states: readonly string[];
  /** The next state from the input x [B, E] and the state before, each part [B, H]. */
  step(x: Node, state: readonly Node[], parameters: CellParameters): Node[];
}

/** x W' + b, with W of shape (outputs, inputs) as PyTorch stores it. */
export function linear(x: Node, weight: Node, bias: Node): Node {
  return add(matrixProduct(x, weight, { transposeB: true }), bias);
}
