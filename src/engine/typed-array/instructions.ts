import type { Node, Operation } from '../../graph/node.js';
import { dropoutMaskOperation, keepThreshold } from '../../graph/operations/dropout-mask.js';
import { gaussianNoiseOperation, NOISE_SITE } from '../../graph/operations/gaussian-noise.js';
import { logSumExpOperation } from '../../graph/operations/log-sum-exp.js';
import {
  columnsToRowsOperation,
  concatenateOperation,
  gatherRowsOperation,
  padOperation,
  rowsToColumnsOperation,
  scatterAddRowsOperation,
} from '../../graph/operations/movement.js';
import {
  softmaxCrossEntropyGradientOperation,
  softmaxCrossEntropyOperation,
} from '../../graph/operations/softmax-cross-entropy.js';
import { columnSumsOperation, rowSumsOperation, shardSumOperation } from '../../graph/operations/sums.js';
import { batchedProductEmitters } from './batched-product-instructions.js';
import { float32Bits } from './elementwise/elementwise-kernel.js';
import { copy, type Emission, type Emit, fill, type Instruction, portion } from './emission.js';
import {
  filledOperation,
  packedProductOperation,
  packPanelsOperation,
  partialSumsOfSquaresOperation,
  sumOfDoublesOperation,
  transposeOperation,
} from './lowering.js';
import { selectedRowsEmitters } from './selected-rows-instructions.js';
import { emitShardSum } from './shard-sum-instructions.js';

/** The rows that this piece computes: all of a shard's own value, a part of a shared one. */
function rowsOf(node: Node, emission: Emission, multiple = 1): [from: number, count: number] {
  return node.scope === 'sharded' ? [0, node.rows] : portion(node.rows, emission, multiple);
}

/** Work on shared values that is too small or too rare to be cut up is done by the first piece. */
const isIdle = (node: Node, { shard }: Emission) => node.scope === 'shared' && shard > 0;

/** Copies the parts of x to where they stand in the result; `from` and `to` are the floats from one part to the next. */
function movedParts(
  x: Node,
  node: Node,
  { address, stride }: Emission,
  { from, to, rows, columns }: { from: number; to: number; rows: number; columns: number },
): Instruction[] {
  return Array.from({ length: node.attributes.parts as number }, (_, part) => {
    const [source, target] = [address(x) + 4 * part * from, address(node) + 4 * part * to];
    return ['copyMatrix', source, stride(x), target, stride(node), rows, columns];
  });
}

const emitters = new Map<Operation, Emit>([
  [
    packPanelsOperation,
    (node, emission) => {
      const [b] = node.inputs as [Node];
      const transposed = node.attributes.transposed === true;
      const [K, N] = transposed ? [b.columns, b.rows] : [b.rows, b.columns];
      const [first, count] = rowsOf(node, emission);
      return [
        [
          'packPanels',
          emission.address(b),
          emission.stride(b),
          K,
          N,
          Number(transposed),
          emission.address(node),
          first,
          first + count,
        ],
      ];
    },
  ],
  [
    transposeOperation,
    (node, emission) => {
      const [x] = node.inputs as [Node];
      const [first, count] = rowsOf(node, emission, 16);
      const to = emission.address(node) + 4 * first * emission.stride(node);
      return [['transpose', emission.address(x) + 4 * first, emission.stride(x), x.rows, count, to, emission.stride(node)]];
    },
  ],
  [
    packedProductOperation,
    (node, emission) => {
      const [a, panels] = node.inputs as [Node, Node];
      const [first, count] = rowsOf(node, emission, 2);
      const from = emission.address(a) + 4 * first * emission.stride(a);
      const to = emission.address(node) + 4 * first * emission.stride(node);
      return [
        [
          'matrixProduct',
          from,
          emission.stride(a),
          emission.address(panels),
          to,
          emission.stride(node),
          count,
          node.columns,
          a.columns,
          0,
        ],
      ];
    },
  ],
  [
    filledOperation,
    (node, emission) => (isIdle(node, emission) ? [] : [fill(node, emission, node.attributes.value as number)]),
  ],
  [
    padOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      const start = node.attributes.start as number;
      const offset = node.attributes.axis === 'rows' ? start * emission.stride(node) : start;
      return [fill(node, emission, 0), copy(x, emission, emission.address(node) + 4 * offset, emission.stride(node))];
    },
  ],
  [
    concatenateOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const copies: Instruction[] = [];
      let place = emission.address(node);
      for (const part of node.inputs) {
        if (emission.address(part) !== place) copies.push(copy(part, emission, place, emission.stride(node)));
        place += 4 * (node.attributes.axis === 'rows' ? part.rows * emission.stride(node) : part.columns);
      }
      return copies;
    },
  ],
  [
    rowsToColumnsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      const [from, to] = [emission.stride(x) * node.rows, x.columns];
      return movedParts(x, node, emission, { from, to, rows: node.rows, columns: x.columns });
    },
  ],
  [
    columnsToRowsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      const [from, to] = [node.columns, emission.stride(node) * x.rows];
      return movedParts(x, node, emission, { from, to, rows: x.rows, columns: node.columns });
    },
  ],
  [
    gatherRowsOperation,
    (node, emission) => {
      const [table, ids] = node.inputs as [Node, Node];
      const [first, count] = rowsOf(node, emission);
      const to = emission.address(node) + 4 * first * emission.stride(node);
      return [
        [
          'gatherRows',
          emission.address(table),
          emission.stride(table),
          emission.address(ids) + 4 * first,
          count,
          node.columns,
          to,
          emission.stride(node),
        ],
      ];
    },
  ],
  [
    scatterAddRowsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x, ids] = node.inputs as [Node, Node];
      const to = emission.address(node);
      return [
        fill(node, emission, 0),
        [
          'scatterAddRows',
          emission.address(x),
          emission.stride(x),
          emission.address(ids),
          x.rows,
          0,
          x.columns,
          to,
          emission.stride(node),
        ],
      ];
    },
  ],
  [
    columnSumsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      return [['columnSums', emission.address(x), emission.stride(x), x.rows, 0, x.columns, emission.address(node), 0]];
    },
  ],
  [
    rowSumsOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      return [['rowSums', emission.address(x), emission.stride(x), x.rows, x.columns, emission.address(node), 0]];
    },
  ],
  [
    logSumExpOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [x] = node.inputs as [Node];
      return [['logSumExp', emission.address(x), emission.stride(x), x.rows, x.columns, emission.address(node)]];
    },
  ],
  [
    softmaxCrossEntropyOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [logits, targets] = node.inputs as [Node, Node];
      const { address, stride } = emission;
      return [
        ['softmaxCrossEntropy', address(logits), stride(logits), address(targets), logits.rows, logits.columns, address(node)],
      ];
    },
  ],
  [
    softmaxCrossEntropyGradientOperation,
    (node, emission) => {
      if (isIdle(node, emission)) return [];
      const [logits, targets, loss, dLoss] = node.inputs as [Node, Node, Node, Node];
      const { address, stride } = emission;
      const inputs = [address(logits), stride(logits), address(targets), address(loss), address(dLoss)];
      return [['softmaxCrossEntropyGradient', ...inputs, node.rows, node.columns, address(node), stride(node)]];
    },
  ],
  [
    dropoutMaskOperation,
    (node, emission) => {
      const { address, stride, shard, shards } = emission;
      const { rate, site, batch, shared, keyLow, keyHigh } = node.attributes as Record<string, number>;
      const step = address(node.inputs[0]!);
      const [first, count] = rowsOf(node, emission);
      if (count === 0) return [];
      const place = shared ? [first, count, count] : [shard * batch!, batch!, batch! * shards];
      const draw = [keepThreshold(rate!), float32Bits(1 / (1 - rate!))];
      return [
        [
          'dropoutMask',
          address(node) + 4 * first * stride(node),
          stride(node),
          count,
          node.columns,
          keyLow!,
          keyHigh!,
          step,
          site!,
          ...place,
          ...draw,
        ],
      ];
    },
  ],
  [
    gaussianNoiseOperation,
    (node, emission) => {
      const { offset, keyLow, keyHigh } = node.attributes as Record<string, number>;
      const [first, count] = portion(node.rows * node.columns, emission, 16);
      const to = emission.address(node) + 4 * first;
      return [['gaussianNoise', to, count, offset! + first, keyLow!, keyHigh!, emission.address(node.inputs[0]!), NOISE_SITE]];
    },
  ],
  [
    partialSumsOfSquaresOperation,
    (node, emission) => {
      const [x] = node.inputs as [Node];
      if (x.rows > 1) throw new Error('the sum of squares is for vectors');
      const [first, count] = portion(x.columns, emission, 16);
      return [['sumOfSquares', emission.address(x) + 4 * first, count, emission.address(node) + 8 * emission.shard]];
    },
  ],
  [
    sumOfDoublesOperation,
    (node, emission) =>
      isIdle(node, emission)
        ? []
        : [['sumOfDoubles', emission.address(node.inputs[0]!), emission.shards, emission.address(node)]],
  ],
  [shardSumOperation, emitShardSum],
  ...selectedRowsEmitters,
  ...batchedProductEmitters,
]);

/** The instructions of an operation that is not elementwise, for one shard or piece. */
export function emit(node: Node, emission: Emission): Instruction[] {
  const emitter = emitters.get(node.operation);
  if (!emitter) throw new Error(`the typed-array engine has no kernel for ${node.operation.name}`);
  return emitter(node, emission);
}
