import { evaluate } from '../../src/engine/reference/reference-engine.js';
import { gradients } from '../../src/graph/autodiff.js';
import type { Values } from '../../src/graph/node.js';
import { type Node, topologicalOrder } from '../../src/graph/node.js';
import { inputOperation } from '../../src/graph/operations/input.js';
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
