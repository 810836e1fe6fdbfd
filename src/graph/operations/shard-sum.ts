import { apply, type Node } from '../node.js';
import type { Operation } from '../operation.js';

export const shardSumOperation: Operation = {
  name: 'shardSum',
  shape: (inputs) => inputs[0]!,
  scope: () => 'shared',
  gradient: (_, dY) => [dY],
  /** One array for each shard, added in the shards' order. */
  reference(values, _, output) {
    output.set(values[0]!);
    for (const part of values.slice(1)) for (let i = 0; i < output.length; i++) output[i]! += part[i]!;
  },
  onnx: (_builder, _, [x]) => x!,
};

/** The sum of a sharded value over all shards, in their order: from the batch's parts to one value for all. */
export function shardSum(x: Node): Node {
  return x.scope === 'shared' ? x : apply(shardSumOperation, [x]);
}
