import type { Node, Operation } from '../../graph/node.js';
import {
  gatherSelectedOperation,
  relabelRangeOperation,
  scatterSelectedOperation,
  selectedCrossEntropyGradientOperation,
  selectedCrossEntropyOperation,
  selectRowsOperation,
} from '../../graph/operations/selected-rows.js';
import type { Emit } from './emission.js';
import {
  packedOuterProductOperation,
  packedSelectedProductOperation,
  packSelectedOperation,
  transposeSelectedOperation,
} from './lowering.js';

/** Operations on the selected rows of a window. All of these values depend on the batch, so they are sharded. */
export const selectedRowsEmitters: readonly (readonly [Operation, Emit])[] = [
  [
    selectRowsOperation,
    (node, { address }) => {
      const { first, length } = node.attributes as Record<string, number>;
      const [ids] = node.inputs as [Node];
      return [['selectRows', address(ids), ids.rows, first!, first! + length!, address(node)]];
    },
  ],
  [
    relabelRangeOperation,
    (node, { address }) => {
      const { first, length, label } = node.attributes as Record<string, number>;
      const [ids] = node.inputs as [Node];
      return [['relabelRange', address(ids), ids.rows, first!, first! + length!, label!, address(node)]];
    },
  ],
  [
    gatherSelectedOperation,
    (node, { address, stride }) => {
      const [x, selection] = node.inputs as [Node, Node];
      return [['gatherSelected', address(x), stride(x), address(selection), node.columns, address(node), stride(node)]];
    },
  ],
  [
    scatterSelectedOperation,
    (node, { address, stride }) => {
      const [x, selection] = node.inputs as [Node, Node];
      const to = [address(node), stride(node)];
      return [['scatterSelected', address(x), stride(x), address(selection), node.rows, node.columns, ...to]];
    },
  ],
  [
    packedSelectedProductOperation,
    (node, { address, stride }) => {
      const [x, panels, selection] = node.inputs as [Node, Node, Node];
      const operands = [address(x), stride(x), address(panels), address(node), stride(node)];
      return [['selectedProduct', ...operands, node.columns, x.columns, address(selection)]];
    },
  ],
  [
    transposeSelectedOperation,
    (node, { address, stride }) => {
      const [x, selection] = node.inputs as [Node, Node];
      return [['transposeSelected', address(x), stride(x), x.columns, address(node), address(selection)]];
    },
  ],
  [
    packSelectedOperation,
    (node, { address, stride }) => {
      const [b, selection] = node.inputs as [Node, Node];
      return [['packSelected', address(b), stride(b), b.columns, address(node), address(selection)]];
    },
  ],
  [
    packedOuterProductOperation,
    (node, { address, stride }) => {
      const [a, panels, selection] = (node.inputs as [Node, Node, Node]).map((input) => address(input));
      const to = [address(node), stride(node), 0, node.rows, 0, node.columns, 0];
      return [['selectedOuterProduct', a!, panels!, ...to, selection!]];
    },
  ],
  [
    selectedCrossEntropyOperation,
    (node, { address, stride }) => {
      const [logits, targets, selection] = node.inputs as [Node, Node, Node];
      const rows = [address(targets), address(selection), node.attributes.first as number];
      return [['selectedCrossEntropy', address(logits), stride(logits), ...rows, logits.columns, address(node)]];
    },
  ],
  [
    selectedCrossEntropyGradientOperation,
    (node, { address, stride }) => {
      const [logits, targets, selection, loss, dLoss] = node.inputs as [Node, Node, Node, Node, Node];
      const rows = [address(targets), address(selection), node.attributes.first as number, address(loss), address(dLoss)];
      const to = [node.columns, address(node), stride(node)];
      return [['selectedCrossEntropyGradient', address(logits), stride(logits), ...rows, ...to]];
    },
  ],
];
