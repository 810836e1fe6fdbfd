import type { Node } from '../graph/node.js';
import { parameter } from '../graph/operations/input.js';
import { architectureOf } from './architecture.js';
import type { ParameterSpecification } from './declarations.js';
import type { ModelOptions } from './specification.js';

/** One parameter, as its layer declares it, and its place in the flat arena (in floats). */
export interface ParameterEntry extends ParameterSpecification {
  readonly offset: number;
  readonly length: number;
}

/**
 * All parameters of a model, one after the other in one flat arena, in the order of the architecture. Initialisation, checkpoints, import
 * and export, the optimizers and reports read this table.
 */
export interface ParameterTable {
  readonly entries: readonly ParameterEntry[];
  /** Floats in the arena; entries begin at multiples of four, and what lies between them is zero. */
  readonly arenaLength: number;
  /** Trained numbers. */
  readonly count: number;
}

export function parameterTable(model: ModelOptions): ParameterTable {
  const entries: ParameterEntry[] = [];
  let offset = 0;
  let count = 0;
  for (const specification of architectureOf(model).parameters) {
    const length = specification.shape.reduce((product: number, size) => product * size, 1);
    entries.push({ ...specification, offset, length });
    offset += Math.ceil(length / 4) * 4;
    count += length;
  }
  return { entries, arenaLength: offset, count };
}

/** The part of a flat arena that belongs to an entry. */
export function entryView(arena: Float32Array, entry: ParameterEntry): Float32Array {
  return arena.subarray(entry.offset, entry.offset + entry.length);
}

/** The parameters as inputs of a graph: a vector is one row. */
export function parameterNodes(table: ParameterTable): Record<string, Node> {
  return Object.fromEntries(
    table.entries.map(({ name, shape }) => {
      const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
      return [name, parameter(name, rows, columns)];
    }),
  );
}

/** Where each parameter's input finds its memory. */
export function parameterBindings(table: ParameterTable, arena: Float32Array, prefix = ''): Record<string, Float32Array[]> {
  return Object.fromEntries(table.entries.map((entry) => [prefix + entry.name, [entryView(arena, entry)]]));
}
