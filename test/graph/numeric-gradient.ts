import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { gradients } from '../../src/graph/autodiff.js';
import type { Values } from '../../src/graph/node.js';
import { apply, type Node, topologicalOrder } from '../../src/graph/node.js';
import { input, inputOperation } from '../../src/graph/operations/input.js';
import { stopGradientOperation } from '../../src/graph/operations/pointwise.js';
import { rewriteBackward } from '../../src/graph/rewrites/index.js';

const inDouble = { shards: 1, allocate: (length: number) => new Float64Array(length) };

type Inputs = Record<string, Values>;

/**
 * Largest relative difference between the derived gradient of a scalar and central differences, both in float64, over every element
 * of every float input; once for the graph as derived and once after the rewrites.
 */
export function gradientError(scalar: Node, inputs: Inputs, step = 1e-5): number {
  const wanted = topologicalOrder([scalar]).filter(
    ({ operation, attributes }) => operation === inputOperation && !attributes.integer,
  );
  const derived = gradients(scalar, wanted);
  const named = Object.fromEntries(wanted.map(({ attributes }, i) => [attributes.name as string, derived[i]!]));
  const plain = run(named, inputs);
  const rewritten = run(rewriteBackward(named), inputs);
  let worst = 0;
  for (const name of Object.keys(named)) {
    const numeric = numericGradient(scalar, inputs, name, step);
    const size = Math.max(1, ...numeric.map(Math.abs));
    for (let i = 0; i < numeric.length; i++) {
      worst = Math.max(
        worst,
        Math.abs(plain[name]![i]! - numeric[i]!) / size,
        Math.abs(rewritten[name]![i]! - numeric[i]!) / size,
      );
    }
  }
  return worst;
}

/**
 * The same graph in which each value that differentiation takes for a constant is an input with its present value: numeric gradients then
 * hold it, too.
 *
 * @param inputs gets the values of the new inputs
 */
export function withHeldConstants(outputs: Record<string, Node>, inputs: Record<string, [Values]>): Record<string, Node> {
  const replaced = new Map<Node, Node>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const operands = node.inputs.map((operand) => replaced.get(operand)!);
    if (node.operation !== stopGradientOperation) {
      const changed = operands.some((operand, i) => operand !== node.inputs[i]);
      replaced.set(node, changed ? apply(node.operation, operands, node.attributes) : node);
      continue;
    }
    const name = `held ${replaced.size}`;
    inputs[name] = [evaluate({ node }, inputs, inDouble).node![0]!];
    replaced.set(node, input(name, { rows: node.rows, columns: node.columns, sharded: node.scope === 'sharded' }));
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, replaced.get(node)!]));
}

function run(outputs: Record<string, Node>, inputs: Inputs): Inputs {
  const shared = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, [values]]));
  return Object.fromEntries(Object.entries(evaluate(outputs, shared, inDouble)).map(([name, [values]]) => [name, values!]));
}

function numericGradient(scalar: Node, inputs: Inputs, name: string, step: number): number[] {
  const values = inputs[name]!;
  return Array.from(values, (value, i) => {
    values[i] = value + step;
    const above = run({ scalar }, inputs).scalar![0]!;
    values[i] = value - step;
    const below = run({ scalar }, inputs).scalar![0]!;
    values[i] = value;
    return (above - below) / (2 * step);
  });
}
