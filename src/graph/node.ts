/** Every value of a graph is a matrix: a vector is one row, a scalar is [1, 1], a window of T steps of B sequences is T*B rows. */
export interface Shape {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Where a value lives when a batch is cut into shards: `shared` values exist once (parameters and what follows from them alone);
 * `sharded` values exist once for each shard, of the same shape (everything that depends on the batch).
 */
export type Scope = 'shared' | 'sharded';

export type Attributes = Readonly<Record<string, number | string | boolean>>;

/** Row-major elements of a matrix. The reference kernels compute in whichever precision their arrays have. */
export type Values = Float32Array | Float64Array | Int32Array;

/** Which shard of how many a sharded value is computed for. */
export interface ShardContext {
  readonly shard: number;
  readonly shards: number;
}

/** An operation: shape rule, gradient rule and plain reference kernel. Each is defined in a file of `operations/`. */
export interface Operation {
  readonly name: string;
  /** Present on operations that work element by element (with broadcasting); engines fuse runs of them into one loop. */
  readonly elementwise?: boolean;
  shape(inputs: readonly Node[], attributes: Attributes): Shape;
  /** Given only where it does not follow from the inputs (sharded if any of them is). */
  scope?(attributes: Attributes): Scope;
  /**
   * The gradient with respect to each input, given that of the result (`dY`, of the result's shape), as new nodes; undefined
   * where none flows. A gradient may be of the broadcast shape: the caller sums it down to the input's. Absent: not differentiable.
   */
  gradient?(node: Node, dY: Node): readonly (Node | undefined)[];
  /** The plain kernel: the oracle for every engine. Writes all of `output`. */
  reference(inputs: readonly Values[], node: Node, output: Values, context: ShardContext): void;
}

/** One value of a static graph: the operation that computes it, applied to other values. Immutable, with a static shape. */
export interface Node extends Shape {
  readonly operation: Operation;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
  readonly scope: Scope;
}

/** Named values to compute. */
export type Outputs = Readonly<Record<string, Node>>;

/** Applies an operation; throws a GraphError when the inputs' shapes do not fit it. */
export function apply(operation: Operation, inputs: readonly Node[], attributes: Attributes = {}): Node {
  const { rows, columns } = operation.shape(inputs, attributes);
  const scope = operation.scope?.(attributes) ?? (inputs.some((input) => input.scope === 'sharded') ? 'sharded' : 'shared');
  return { operation, inputs, attributes, rows, columns, scope };
}

/** Shapes that do not fit: a bug of ours, because models are checked before their graphs are built. */
export class GraphError extends Error {
  constructor(operation: string, inputs: readonly Shape[], problem: string) {
    super(`${operation}(${inputs.map((input) => `[${input.rows}, ${input.columns}]`).join(', ')}): ${problem}`);
    this.name = 'GraphError';
  }
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.rows === b.rows && a.columns === b.columns;
}

/** Every node that the given ones need, inputs before users. Iterative, since an unrolled network is thousands of nodes deep. */
export function topologicalOrder(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const entered = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  for (const root of roots) {
    if (entered.has(root)) continue;
    entered.add(root);
    stack.push({ node: root, next: 0 });
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (top.next === top.node.inputs.length) {
        order.push(top.node);
        stack.pop();
        continue;
      }
      const input = top.node.inputs[top.next++]!;
      if (!entered.has(input)) {
        entered.add(input);
        stack.push({ node: input, next: 0 });
      }
    }
  }
  return order;
}

/** The users of each node among the given ones. */
export function usersOf(order: readonly Node[]): Map<Node, Node[]> {
  const users = new Map<Node, Node[]>(order.map((node) => [node, []]));
  for (const node of order) for (const input of new Set(node.inputs)) users.get(input)!.push(node);
  return users;
}
