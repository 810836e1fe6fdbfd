import { type Node, type Outputs, sameShape, topologicalOrder, usersOf } from '../../graph/node.js';
import { inputOperation } from '../../graph/operations/input.js';
import { scatterAddRowsOperation, sliceOperation } from '../../graph/operations/movement.js';
import { addOperation, constantOperation } from '../../graph/operations/pointwise.js';
import { columnSumsOperation, shardSumOperation } from '../../graph/operations/sums.js';
import { packedOuterProductOperation, packedProductOperation } from './lowering.js';

/** What is executed as one: a run of elementwise operations fused into one loop, or a single other operation. */
export interface Unit {
  /** In the order of computation; more than one only for elementwise operations of one shape. */
  readonly nodes: readonly Node[];
  /** Threads wait for each other between phases, never within one. */
  readonly phase: number;
}

export interface Units {
  /** In the order of execution. */
  readonly units: readonly Unit[];
  /** The number of first phases, whose results depend on parameters alone and are reused until those change. */
  readonly parameterPhases: number;
  readonly phases: number;
  /** Values that are never stored: a sum over shards computes them directly in its own result. */
  readonly absorbed: ReadonlySet<Node>;
}

/** Whether a node needs no instruction: its value is already in memory, or it is a constant in the instruction that uses it. */
export function isView({ operation }: Node): boolean {
  return operation === inputOperation || operation === sliceOperation || operation === constantOperation;
}

const isElementwise = (node: Node) => node.operation.elementwise === true && node.operation !== constantOperation;

/** Divides a lowered graph into units and orders them. */
export function formUnits(outputs: Outputs): Units {
  const order = topologicalOrder(Object.values(outputs));
  const users = usersOf(order);
  const results = new Set(Object.values(outputs));
  const absorbed = absorbIntoShardSums(order, users, results);
  const working = order.filter((node) => !isView(node) && !absorbed.has(node));
  const { phaseOf, parameterPhases } = assignPhases(order, absorbed);
  const levelOf = assignLevels(order, phaseOf);
  sinkToUsers(working, users, results, phaseOf, levelOf);

  const units = fuse(working, phaseOf, levelOf);
  const index = new Map(order.map((node, i) => [node, i]));
  const key = ({ nodes: [first], phase }: Unit) => [
    phase,
    levelOf.get(first!)!,
    first!.rows * first!.columns,
    index.get(first!)!,
  ];
  const keyed = units.map((unit) => ({ unit, key: key(unit) }));
  keyed.sort((a, b) => a.key.reduce((order, value, i) => order || value - b.key[i]!, 0));
  const phases = 1 + units.reduce((last, { phase }) => Math.max(last, phase), -1);
  return { units: keyed.map(({ unit }) => unit), parameterPhases, phases, absorbed };
}

/** Values that only a sum over shards uses and that can be accumulated: products, column sums, scattered rows, and sums of these. */
function absorbIntoShardSums(order: readonly Node[], users: ReadonlyMap<Node, Node[]>, results: ReadonlySet<Node>): Set<Node> {
  const absorbed = new Set<Node>();
  const accumulating = [packedProductOperation, packedOuterProductOperation, columnSumsOperation, scatterAddRowsOperation];
  const waiting = order.filter(({ operation }) => operation === shardSumOperation).map(({ inputs }) => inputs[0]!);
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (users.get(node)!.length !== 1 || results.has(node)) continue;
    const sum = node;
    if (accumulating.includes(node.operation)) absorbed.add(node);
    else if (node.operation === addOperation && node.inputs.every((input) => sameShape(input, sum) && !isView(input))) {
      absorbed.add(node);
      waiting.push(...node.inputs);
    }
  }
  return absorbed;
}

/**
 * The phase in which each value is computed: later than any value of the other scope that it needs. All threads compute parts of each
 * shared value, so a shared value that needs another one waits for all threads; only elementwise operations of one shape, which are divided
 * in the same way, stay in one phase.
 */
function assignPhases(order: readonly Node[], absorbed: ReadonlySet<Node>) {
  const phaseOf = new Map<Node, number>();
  const fixed = new Set<Node>();
  for (const node of order) {
    const isFixed =
      node.operation === inputOperation
        ? node.attributes.parameter === true
        : node.scope === 'shared' && node.inputs.every((input) => fixed.has(input));
    if (isFixed) fixed.add(node);
  }
  const earliest = (node: Node, base: number) => {
    if (node.operation === inputOperation || node.operation === constantOperation) return -1;
    let phase = base;
    for (const input of node.inputs) {
      const ready = phaseOf.get(input)!;
      if (ready < 0) continue;
      const together = isElementwise(node) && isElementwise(input) && sameShape(node, input);
      const waits = input.scope !== node.scope || (node.scope === 'shared' && !together);
      // A slice is stored in its matrix; an absorbed value is computed by its user, in the user's phase.
      const instant = node.operation === sliceOperation || absorbed.has(node);
      phase = Math.max(phase, waits && !instant ? ready + 1 : ready);
    }
    return phase;
  };
  let parameterPhases = 0;
  for (const node of order) {
    if (!fixed.has(node)) continue;
    phaseOf.set(node, earliest(node, 0));
    if (!isView(node)) parameterPhases = Math.max(parameterPhases, phaseOf.get(node)! + 1);
  }
  for (const node of order) if (!fixed.has(node)) phaseOf.set(node, earliest(node, parameterPhases));
  return { phaseOf, parameterPhases };
}

/**
 * Within a phase, the length of the longest path that leads to a value. An edge between two elementwise operations has the length 0.
 * Elementwise operations of one level can be fused: whatever lies between two of them is elementwise too.
 */
function assignLevels(order: readonly Node[], phaseOf: ReadonlyMap<Node, number>): Map<Node, number> {
  const levelOf = new Map<Node, number>();
  for (const node of order) {
    let level = 0;
    for (const input of node.inputs) {
      if (phaseOf.get(input) !== phaseOf.get(node)) continue;
      level = Math.max(level, levelOf.get(input)! + (isElementwise(node) && isElementwise(input) ? 0 : 1));
    }
    levelOf.set(node, level);
  }
  return levelOf;
}

/**
 * Moves elementwise operations to the place of their first use: a factor of a gradient that depends on forward values alone is computed in
 * the backward pass, in the loop that uses it, instead of being stored in the forward pass.
 */
function sinkToUsers(
  working: readonly Node[],
  users: ReadonlyMap<Node, Node[]>,
  results: ReadonlySet<Node>,
  phaseOf: ReadonlyMap<Node, number>,
  levelOf: Map<Node, number>,
): void {
  for (const node of working.toReversed()) {
    if (!isElementwise(node) || results.has(node)) continue;
    const own = users.get(node)!;
    if (own.some((user) => phaseOf.get(user) !== phaseOf.get(node))) continue;
    const level = Math.min(...own.map((user) => levelOf.get(user)! - (isElementwise(user) ? 0 : 1)));
    if (level > levelOf.get(node)!) levelOf.set(node, level);
  }
}

/** Fuses elementwise operations of one phase, level and shape that use one another. */
function fuse(working: readonly Node[], phaseOf: ReadonlyMap<Node, number>, levelOf: ReadonlyMap<Node, number>): Unit[] {
  const groupOf = new Map<Node, Node[]>();
  for (const node of working) {
    let group = [node];
    if (isElementwise(node)) {
      for (const input of node.inputs) {
        const other = groupOf.get(input);
        const fits =
          other !== undefined &&
          other !== group &&
          isElementwise(input) &&
          sameShape(input, node) &&
          input.scope === node.scope &&
          phaseOf.get(input) === phaseOf.get(node) &&
          levelOf.get(input) === levelOf.get(node);
        if (!fits) continue;
        group = [...other, ...group];
        for (const member of group) groupOf.set(member, group);
      }
    }
    for (const member of group) groupOf.set(member, group);
  }
  const index = new Map(working.map((node, i) => [node, i]));
  return [...new Set(groupOf.values())].map((nodes) => ({
    nodes: nodes.toSorted((a, b) => index.get(a)! - index.get(b)!),
    phase: phaseOf.get(nodes[0]!)!,
  }));
}
