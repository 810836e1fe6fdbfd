import type { Node, Operation } from '../../graph/node.js';
import { dropoutMaskOperation, keepThreshold } from '../../graph/operations/dropout-mask.js';
import { gaussianNoiseOperation, NOISE_SITE } from '../../graph/operations/gaussian-noise.js';
import { logSumExpOperation } from '../../graph/operations/log-sum-exp.js';
import {
  softmaxCrossEntropyGradientOperation,
  softmaxCrossEntropyOperation,
} from '../../graph/operations/softmax-cross-entropy.js';
import { columnSumsOperation, rowSumsOperation, shardSumOperation } from '../../graph/operations/sums.js';
import { batchedProductEmitters } from './batched-product-instructions.js';
import { float32Bits } from './elementwise/elementwise-kernel.js';
import { type Emission, type Emit, fill, type Instruction, isIdle, portion, rowsOf } from './emission.js';
import {
  filledOperation,
  packedProductOperation,
  packPanelsOperation,
  partialSumsOfSquaresOperation,
  sumOfDoublesOperation,
  transposeOperation,
} from './lowering.js';
import { movementEmitters } from './movement-instructions.js';
import { selectedRowsEmitters } from './selected-rows-instructions.js';
import { emitShardSum } from './shard-sum-instructions.js';

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
  ...movementEmitters,
]);

/** The instructions of an operation that is not elementwise, for one shard or piece. */
export function emit(node: Node, emission: Emission): Instruction[] {
  const emitter = emitters.get(node.operation);
  if (!emitter) throw new Error(`the typed-array engine has no kernel for ${node.operation.name}`);
  return emitter(node, emission);
}
