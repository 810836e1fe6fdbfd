import { apply, GraphError, type Node } from '../node.js';
import type { OnnxBuilder } from '../onnx-builder.js';
import type { Operation } from '../operation.js';

/** What differs between elementwise operations: the scalar formula, its gradient, its ONNX operator. */
interface ElementwiseDefinition {
  name: string;
  compute(a: number, b: number): number;
  /** The operator's name, or the lowering where there is more to it. */
  onnx: string | Operation['onnx'];
  gradient?(node: Node, dY: Node): readonly (Node | undefined)[];
}

/**
 * An elementwise operation of one or two matrices. An operand of one row is repeated down the rows, one of one column along the
 * columns; the result has the larger of the rows and of the columns.
 */
export function elementwise({ name, compute, gradient, onnx }: ElementwiseDefinition): Operation {
  return {
    name,
    elementwise: true,
    shape(inputs) {
      const rows = Math.max(...inputs.map((input) => input.rows));
      const columns = Math.max(...inputs.map((input) => input.columns));
      for (const input of inputs) {
        const fits = (input.rows === rows || input.rows === 1) && (input.columns === columns || input.columns === 1);
        if (!fits) throw new GraphError(name, inputs, 'the shapes do not broadcast');
      }
      return { rows, columns };
    },
    ...(gradient && { gradient }),
    onnx:
      typeof onnx === 'string'
        ? (builder: OnnxBuilder, _: Node, inputs: readonly string[]) => builder.emit(onnx, inputs)
        : onnx,
    reference(values, node, output) {
      const [a, b] = node.inputs as [Node, Node?];
      const index = (operand: Node, r: number, c: number) =>
        (operand.rows === 1 ? 0 : r * operand.columns) + (operand.columns === 1 ? 0 : c);
      for (let r = 0; r < node.rows; r++) {
        for (let c = 0; c < node.columns; c++) {
          const left = values[0]![index(a, r, c)]!;
          const right = b ? values[1]![index(b, r, c)]! : 0;
          output[r * node.columns + c] = compute(left, right);
        }
      }
    },
  };
}

/** The constructor of nodes of a one-operand operation. */
export function unary(operation: Operation): (x: Node) => Node {
  return (x) => apply(operation, [x]);
}

/** The constructor of nodes of a two-operand operation. */
export function binary(operation: Operation): (a: Node, b: Node) => Node {
  return (a, b) => apply(operation, [a, b]);
}
