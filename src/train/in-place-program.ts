import type { Engine, Program } from '../engine/engine.js';
import type { Node } from '../graph/node.js';
import { input } from '../graph/operations/input.js';
import { constant, divide, maximum, multiply, sqrt } from '../graph/operations/pointwise.js';
import { rowSums } from '../graph/operations/sums.js';
import { entryView, type ParameterEntry } from '../model/parameter-table.js';

/**
 * Compiles a program that changes an arena in place, parameter by parameter.
 *
 * @param others arenas that the equations may read, by name
 * @param equations from the values of an entry (a vector is one row) to its new values
 */
export function compileInPlace(
  engine: Engine,
  entries: readonly ParameterEntry[],
  arena: Float32Array,
  others: Readonly<Record<string, Float32Array>>,
  equations: (values: Node, entry: ParameterEntry, other: (name: string) => Node) => Node,
): Program | undefined {
  if (entries.length === 0) return undefined;
  const outputs: Record<string, Node> = {};
  const inputs: Record<string, [Float32Array]> = {};
  const places: Record<string, [Float32Array]> = {};
  for (const entry of entries) {
    const read = (prefix: string, from: Float32Array) => {
      const name = `${prefix}${entry.name}`;
      inputs[name] = [entryView(from, entry)];
      return input(name, { rows: entry.length / entry.shape.at(-1)!, columns: entry.shape.at(-1)! });
    };
    outputs[`next.${entry.name}`] = equations(read('', arena), entry, (name) => read(`${name}.`, others[name]!));
    places[`next.${entry.name}`] = [entryView(arena, entry)];
  }
  return engine.compile(outputs, { inputs, outputs: places });
}

/** The L2 norm of each row: [R, C] to [R, 1]. */
export function rowNorms(x: Node): Node {
  return sqrt(rowSums(multiply(x, x)));
}

/** 1 / x for a norm x; a finite number where x is 0. */
export function reciprocal(x: Node): Node {
  return divide(constant(1), maximum(x, constant(1e-30)));
}
