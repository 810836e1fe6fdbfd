import type { Node, Operation } from '../../graph/node.js';
import { type Emission, type Emit, type Instruction, portion } from './emission.js';
import { packBatchOperation, packedBatchProductOperation, transposeBatchOperation } from './lowering.js';

/** The instructions of batched products (`graph/operations/batched-product.ts`): a matrix product for each row. */
export const batchedProductEmitters: readonly (readonly [Operation, Emit])[] = [
  [
    packBatchOperation,
    (node, emission) => {
      const [b] = node.inputs as [Node];
      const { k, n, transposed } = node.attributes as { k: number; n: number; transposed: boolean };
      const stride = transposed ? k : n;
      return eachRow(node, emission, (row) => {
        const panels = row(node);
        return ['packPanels', row(b), stride, k, n, Number(transposed), panels, 0, Math.ceil(n / 16)];
      });
    },
  ],
  [
    transposeBatchOperation,
    (node, emission) => {
      const [a] = node.inputs as [Node];
      const { m, k } = node.attributes as Record<string, number>;
      return eachRow(node, emission, (row) => ['transpose', row(a), m!, k!, m!, row(node), k!]);
    },
  ],
  [
    packedBatchProductOperation,
    (node, emission) => {
      const [a, panels] = node.inputs as [Node, Node];
      const { m, k, n } = node.attributes as Record<string, number>;
      return eachRow(node, emission, (row) => ['matrixProduct', row(a), k!, row(panels), row(node), n!, m!, n!, k!, 0]);
    },
  ],
];

/** An instruction for each row that this piece computes; `row` gives the address of this row of a value. */
function eachRow(node: Node, emission: Emission, write: (row: (value: Node) => number) => Instruction): Instruction[] {
  const { address, stride } = emission;
  const [first, count] = node.scope === 'sharded' ? [0, node.rows] : portion(node.rows, emission, 1);
  return Array.from({ length: count }, (_, i) => write((value) => address(value) + 4 * (first + i) * stride(value)));
}
