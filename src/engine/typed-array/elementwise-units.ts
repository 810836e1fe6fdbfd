import type { Node, Shape } from '../../graph/node.js';
import { constantOperation } from '../../graph/operations/pointwise.js';
import type { ElementwiseKernel, ElementwiseOperation, ElementwiseStep } from './elementwise/elementwise-kernel.js';

/** A fused run of elementwise operations: its loop, and the values that the loop reads and writes. */
export interface ElementwiseUnit {
  readonly kernel: ElementwiseKernel;
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** Whether the operand has one value for each row of the loop, which is broadcast over the columns. */
export function isSpread(operand: Shape, loop: Shape): boolean {
  const isScalar = operand.rows === 1 && operand.columns === 1;
  return isScalar ? loop.rows * loop.columns > 1 : operand.columns === 1 && loop.columns > 1;
}

/**
 * Writes a unit as a loop over its shape.
 * @param nodes elementwise operations of one shape, operands before users
 * @param isStored whether a value is used outside of the unit and therefore stored
 */
export function elementwiseUnit(nodes: readonly Node[], isStored: (node: Node) => boolean): ElementwiseUnit {
  const own = new Set(nodes);
  const inputs: Node[] = [];
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (!own.has(input) && input.operation !== constantOperation && !inputs.includes(input)) inputs.push(input);
    }
  }
  const numbers = new Map<Node, number>(inputs.map((input, i) => [input, i]));
  const steps: ElementwiseStep[] = [];
  const push = (node: Node, step: ElementwiseStep) => {
    numbers.set(node, inputs.length + steps.length);
    steps.push(step);
  };
  for (const node of nodes) {
    for (const input of node.inputs) {
      if (numbers.has(input)) continue;
      push(input, { operation: 'constant', arguments: [], value: input.attributes.value as number });
    }
    push(node, {
      operation: node.operation.name as ElementwiseOperation,
      arguments: node.inputs.map((input) => numbers.get(input)!),
    });
  }
  const outputs = nodes.filter(isStored);
  const kernel = {
    inputs: inputs.map((input) => (isSpread(input, nodes[0]!) ? ('column' as const) : ('matrix' as const))),
    steps,
    outputs: outputs.map((node) => numbers.get(node)!),
  };
  return { kernel, inputs, outputs };
}
