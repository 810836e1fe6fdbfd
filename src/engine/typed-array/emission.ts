import type { Node } from '../../graph/node.js';
import { float32Bits } from './elementwise/elementwise-kernel.js';

/** A call of a kernel: its name and its arguments, all 32-bit integers (addresses in bytes, sizes and strides in floats). */
export type Instruction = readonly [kernel: string, ...arguments: number[]];

/** What an operation needs to emit its instructions for one shard, or for one thread's part of a shared value. */
export interface Emission {
  readonly shard: number;
  readonly shards: number;
  /** Byte address in this shard, or in the given one. */
  address(node: Node, shard?: number): number;
  stride(node: Node): number;
  isAbsorbed(node: Node): boolean;
}

/** Emits the instructions of an operation. */
export type Emit = (node: Node, emission: Emission) => Instruction[];

/** The part of `count` rows or columns that belongs to a piece of the work, in whole multiples. */
export function portion(count: number, { shard, shards }: Emission, multiple: number): [from: number, count: number] {
  const blocks = Math.ceil(count / multiple);
  const from = Math.min(count, Math.floor((blocks * shard) / shards) * multiple);
  return [from, Math.min(count, Math.floor((blocks * (shard + 1)) / shards) * multiple) - from];
}

/** The rows that this piece computes: all rows of a sharded value, a part of the rows of a shared one. */
export function rowsOf(node: Node, emission: Emission, multiple = 1): [from: number, count: number] {
  return node.scope === 'sharded' ? [0, node.rows] : portion(node.rows, emission, multiple);
}

/** Work on shared values that is too small or too rare to be divided is done by the first piece. */
export const isIdle = (node: Node, { shard }: Emission) => node.scope === 'shared' && shard > 0;

/** The instruction that sets all elements of a node to a value. */
export function fill(node: Node, { address, stride }: Emission, value: number): Instruction {
  return ['fill', address(node), stride(node), node.rows, node.columns, float32Bits(value)];
}

/** The instruction that copies a node to the byte address `to`, with rows `toStride` floats apart. */
export function copy(node: Node, { address, stride }: Emission, to: number, toStride: number): Instruction {
  return ['copyMatrix', address(node), stride(node), to, toStride, node.rows, node.columns];
}
