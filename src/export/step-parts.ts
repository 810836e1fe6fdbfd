import { apply, type Node, type Outputs, topologicalOrder } from '../graph/node.js';
import { input, inputOperation, parameter } from '../graph/operations/input.js';
import { constantOperation } from '../graph/operations/pointwise.js';

/** One step of a cell, divided by the dependencies of its values. A part refers to values of earlier parts as inputs of the same names. */
export interface StepParts {
  /** Depends on parameters alone: the same in every step and every run. */
  readonly constants: Outputs;
  /** Depends on the input x as well, but not on the state. */
  readonly ahead: Outputs;
  /** What depends on the state. */
  readonly step: Outputs;
}

const names = ['constant', 'ahead'] as const;

/** @param levelOf the level of an input: 0 for parameters, 1 for x, 2 for the state */
export function cutStep(outputs: Outputs, levelOf: (input: Node) => number): StepParts {
  const levels = new Map<Node, number>();
  const rebuilt = new Map<Node, Node>();
  const standIns = new Map<Node, Node>();
  const parts: [Record<string, Node>, Record<string, Node>] = [{}, {}];

  const standIn = (node: Node, level: 0 | 1) => {
    const known = standIns.get(node);
    if (known) return known;
    const name = `${names[level]}.${Object.keys(parts[level]).length}`;
    parts[level][name] = rebuilt.get(node)!;
    const { rows, columns } = node;
    const made = level === 0 ? parameter(name, rows, columns) : input(name, { rows, columns, sharded: true });
    standIns.set(node, made);
    return made;
  };
  /** A value as a later part refers to it. Inputs of the graph and constants are available in all parts. */
  const seenFrom = (level: number, node: Node) => {
    const own = levels.get(node)!;
    const everywhere = node.operation === inputOperation || node.operation === constantOperation;
    return own === level || everywhere ? rebuilt.get(node)! : standIn(node, own as 0 | 1);
  };

  for (const node of topologicalOrder(Object.values(outputs))) {
    const ofOperands = Math.max(0, ...node.inputs.map((operand) => levels.get(operand)!));
    // A value whose rows are not those of the batch is not computed row by row, so it cannot be computed for all steps at once.
    const mixesRows =
      ofOperands === 1 && node.inputs.some((operand) => levels.get(operand) === 1 && operand.rows !== node.rows);
    const level = node.operation === inputOperation ? levelOf(node) : mixesRows ? 2 : ofOperands;
    levels.set(node, level);
    const operands = node.inputs.map((operand) => seenFrom(level, operand));
    rebuilt.set(node, operands.length === 0 ? node : apply(node.operation, operands, node.attributes));
  }
  const step = Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, seenFrom(2, node)]));
  return { constants: parts[0], ahead: parts[1], step };
}
