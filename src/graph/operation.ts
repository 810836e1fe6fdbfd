import type { Attributes, Node, Scope, Shape } from './node.js';

/** Row-major elements of a matrix. The reference kernels compute in whichever precision their arrays have. */
export type Values = Float32Array | Float64Array | Int32Array;

/** Which shard of how many a sharded value is computed for. */
export interface ShardContext {
  readonly shard: number;
  readonly shards: number;
}

/** An operation's formula lives in its file in `operations/`: shape rule, gradient rule and plain reference kernel together. */
export interface Operation {
  readonly name: string;
  /** Present on operations that work element by element (with broadcasting); engines fuse runs of them into one loop. */
  readonly elementwise?: boolean;
  shape(inputs: readonly Node[], attributes: Attributes): Shape;
  /** Stated only where it does not follow from the inputs' (sharded if any of them is). */
  scope?(attributes: Attributes): Scope;
  /**
   * The gradient with respect to each input, given that of the result (`dY`, of the result's shape), as new nodes; undefined
   * where none flows. A gradient may be of the broadcast shape: the caller sums it down to the input's. Absent: not differentiable.
   */
  gradient?(node: Node, dY: Node): readonly (Node | undefined)[];
  /** The plain kernel: the oracle for every engine. Writes all of `output`. */
  reference(inputs: readonly Values[], node: Node, output: Values, context: ShardContext): void;
}
