import { apply, type Node, type Outputs, topologicalOrder, usersOf } from '../node.js';
import { concatenate, slice, sliceOperation } from '../operations/movement.js';
import { multiplyOperation } from '../operations/pointwise.js';
import { joinSlices, shareConcatenations } from './concatenations.js';
import { type RewriteRule, rewrite } from './rewrite.js';

/** Two values are alike if the last operations that lead to them are the same: this many. */
const COMPARED_DEPTH = 6;

/**
 * Computes what the steps of a window do alike and independently of one another, such as the derivatives of gates, for all steps at once: few
 * large operations in place of many small ones. It takes copies to put the values of the steps together and apart, and memory for the values
 * of all steps, so it pays where it takes longer to start an operation than to compute it.
 */
export function batchSteps(outputs: Outputs): Outputs {
  const factored = rewrite(outputs, [deepestFactorLast()]);
  return rewrite(withBatches(factored, findBatches(factored)), [joinSlices, shareConcatenations()]);
}

/**
 * (x y) z becomes x (y z), where x has the longest chain of operations before it: then y z does not wait for x. In back-propagation through time x
 * is a gradient that comes from the next step, and y z depends on the forward pass alone.
 */
function deepestFactorLast(): RewriteRule {
  const depths = new Map<Node, number>();
  const depth = (node: Node) => depths.get(node)!;
  return (node, build) => {
    depths.set(node, 1 + node.inputs.reduce((most, input) => Math.max(most, depth(input)), 0));
    if (node.operation !== multiplyOperation) return undefined;
    const byDepth = (factors: readonly Node[]) => factors.toSorted((a, b) => depth(b) - depth(a));
    const [product, z] = byDepth(node.inputs);
    if (product!.operation !== multiplyOperation) return undefined;
    const [x, y] = byDepth(product!.inputs);
    if (Math.max(depth(y!), depth(z!)) >= depth(x!)) return undefined;
    return build(multiplyOperation, [x!, build(multiplyOperation, [y!, z!])]);
  };
}

/** Values that one operation can compute together, in the order of the rows of the result. */
type Batch = readonly Node[];

/** The batches of a graph; together they form no cycle. */
function findBatches(outputs: Outputs): Batch[] {
  const order = topologicalOrder(Object.values(outputs));
  const users = usersOf(order);
  const batchOf = new Map<Node, Batch>();
  const places = new Map(order.map((node, place) => [node, place]));
  const accepted: Batch[] = [];
  for (const members of alike(order)) {
    if (dependOnEachOther(members, users, batchOf)) continue;
    const placeOf = (node: Node) => places.get(node.inputs.find(({ scope }) => scope === 'sharded')!)!;
    const batch = members.toSorted((a, b) => placeOf(a) - placeOf(b));
    for (const [place, node] of batch.entries()) {
      batchOf.set(node, batch);
      places.set(node, place);
    }
    accepted.push(batch);
  }
  return accepted;
}

/** Sets of elementwise values of one shape whose operations, and those of what they depend on, are the same. */
function alike(order: readonly Node[]): Node[][] {
  const numbers = new Map<string, number>();
  const numberOf = (key: string) => numbers.get(key) ?? numbers.set(key, numbers.size).get(key)!;
  const identity = new Map(order.map((node, place) => [node, place]));
  const own = new Map<Node, number>();
  for (const node of order) {
    const { operation, attributes, rows, columns } = node;
    // The steps are slices of the window that differ in where they begin.
    const { start, ...rest } = attributes;
    const known = operation === sliceOperation && attributes.axis === 'rows' ? rest : attributes;
    const key =
      node.scope === 'shared' ? `${identity.get(node)}` : `${operation.name} ${rows} ${columns} ${JSON.stringify(known)}`;
    own.set(node, numberOf(key));
  }
  let kinds = own;
  for (let depth = 0; depth < COMPARED_DEPTH; depth++) {
    const before = kinds;
    kinds = new Map(
      order.map((node) => [node, numberOf(`${own.get(node)}: ${node.inputs.map((input) => before.get(input))}`)]),
    );
  }
  const sets = new Map<number, Node[]>();
  for (const node of order) {
    if (!canBeBatched(node)) continue;
    const kind = kinds.get(node)!;
    const set = sets.get(kind);
    if (set) set.push(node);
    else sets.set(kind, [node]);
  }
  return [...sets.values()].filter(({ length }) => length > 1);
}

/** Elementwise, and each operand is either of the batch, with the rows of the result, or one row that is the same for all values that are alike. */
function canBeBatched({ operation, scope, inputs, rows }: Node): boolean {
  if (!operation.elementwise || scope !== 'sharded') return false;
  return inputs.every((input) => input.rows === (input.scope === 'shared' ? 1 : rows));
}

/** Whether a path leads from one of the values to another, where values that are computed together depend on one another. */
function dependOnEachOther(
  members: Batch,
  users: ReadonlyMap<Node, readonly Node[]>,
  batchOf: ReadonlyMap<Node, Batch>,
): boolean {
  const wanted = new Set(members);
  const seen = new Set<Node>();
  const waiting = members.flatMap((member) => users.get(member)!);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (wanted.has(node)) return true;
    if (seen.has(node)) continue;
    for (const one of batchOf.get(node) ?? [node]) {
      seen.add(one);
      waiting.push(...users.get(one)!);
    }
  }
  return false;
}

/** The graph with each batch computed by one operation, of which the former values are slices. */
function withBatches(outputs: Outputs, batches: readonly Batch[]): Outputs {
  const batchOf = new Map(batches.flatMap((batch) => batch.map((node) => [node, batch] as const)));
  const built = new Map<Node, Node>();
  const waiting = Object.values(outputs);
  for (let node = waiting.at(-1); node; node = waiting.at(-1)) {
    const together = batchOf.get(node) ?? [node];
    const missing = built.has(node) ? [] : together.flatMap(({ inputs }) => inputs.filter((input) => !built.has(input)));
    waiting.push(...missing);
    if (missing.length > 0) continue;
    waiting.pop();
    if (built.has(node)) continue;
    if (together.length === 1)
      built.set(
        node,
        applyTo(
          node,
          node.inputs.map((input) => built.get(input)!),
        ),
      );
    else buildBatch(together, built);
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, built.get(node)!]));
}

function buildBatch(batch: Batch, built: Map<Node, Node>): void {
  const first = batch[0]!;
  const operands = first.inputs.map((input, i) =>
    input.scope === 'shared'
      ? built.get(input)!
      : concatenate(
          batch.map((node) => built.get(node.inputs[i]!)!),
          'rows',
        ),
  );
  const whole = applyTo(first, operands);
  for (const [place, node] of batch.entries()) built.set(node, slice(whole, 'rows', place * node.rows, node.rows));
}

function applyTo({ operation, attributes }: Node, inputs: readonly Node[]): Node {
  return apply(operation, inputs, attributes);
}
