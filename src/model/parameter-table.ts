import type { Node } from '../graph/node.js';
import { parameter } from '../graph/operations/input.js';
import { architectureOf } from './architecture.js';
import type { PlacedParameter } from './declarations.js';
import type { ModelOptions } from './specification.js';

/** One parameter, as its layer declares it, and its position in the flat arena (in floats). */
export interface ParameterEntry extends PlacedParameter {
  readonly offset: number;
  readonly length: number;
}

/**
 * All parameters of a model in one flat arena: first those that are trained, in the order of the architecture, then the buffers, then the
 * frozen ones. Initialization, checkpoints, import and export, the optimizers and reports read this table.
 */
export interface ParameterTable {
  /**
   * All parameters: first those with gradients or frozen, in the order of the architecture, then the buffers. Freezing does not change this
   * order.
   */
  readonly entries: readonly ParameterEntry[];
  /** The entries that have gradients (`trained`), and those of the role `buffer`. Frozen entries are in neither list. */
  readonly trained: readonly ParameterEntry[];
  readonly buffers: readonly ParameterEntry[];
  /** Floats in the arena. Entries begin at multiples of four; the gaps between them are zero. */
  readonly arenaLength: number;
  /** Floats of the trained entries, which are at the beginning of the arena. Gradients and the optimizer's arrays have this length. */
  readonly trainedLength: number;
  /** Floats of the trained entries and the buffers: training writes nothing after them. */
  readonly changedLength: number;
  /** Numbers that are trained or frozen (`count`), those that are frozen, and numbers in buffers. */
  readonly count: number;
  readonly frozenCount: number;
  readonly bufferCount: number;
}

const nothing: ReadonlySet<string> = new Set();

/**
 * @param frozen names of parameters that training does not change; they are parameters of the model like all others
 * @param ofObjective parameters that only training uses: they are trained, and not counted
 */
export function parameterTable(
  model: ModelOptions,
  frozen = nothing,
  ofObjective: readonly PlacedParameter[] = [],
): ParameterTable {
  let arenaLength = 0;
  const place = (specifications: readonly PlacedParameter[]) =>
    specifications.map((specification): ParameterEntry => {
      const length = specification.shape.reduce((product: number, size) => product * size, 1);
      const offset = arenaLength;
      arenaLength += Math.ceil(length / 4) * 4;
      return { ...specification, offset, length };
    });
  const parameters = [...architectureOf(model).parameters, ...ofObjective];
  const isBuffer = ({ role }: PlacedParameter) => role === 'buffer';
  const isFrozen = ({ name }: PlacedParameter) => frozen.has(name);
  const changed = parameters.filter((parameter) => !isFrozen(parameter));
  const trained = place(changed.filter((parameter) => !isBuffer(parameter)));
  const trainedLength = arenaLength;
  const buffers = place(changed.filter(isBuffer));
  const changedLength = arenaLength;
  const kept = place(parameters.filter(isFrozen));
  const byName = new Map([...trained, ...buffers, ...kept].map((entry) => [entry.name, entry]));
  const placed = parameters.map(({ name }) => byName.get(name)!);
  const numbers = (entries: readonly ParameterEntry[]) => entries.reduce((sum, { length }) => sum + length, 0);
  const weights = placed.filter((entry) => !isBuffer(entry));
  return {
    entries: [...weights, ...placed.filter(isBuffer)],
    trained,
    buffers,
    arenaLength,
    trainedLength,
    changedLength,
    count: numbers(weights.filter(({ part }) => part !== 'objective')),
    frozenCount: numbers(weights.filter(isFrozen)),
    bufferCount: numbers(placed.filter(isBuffer)),
  };
}

/** The part of a flat arena that belongs to an entry. */
export function entryView(arena: Float32Array, entry: ParameterEntry): Float32Array {
  return arena.subarray(entry.offset, entry.offset + entry.length);
}

/** The parameters as inputs of a graph: a vector is one row. */
export function parameterNodes(parameters: readonly PlacedParameter[]): Record<string, Node> {
  return Object.fromEntries(
    parameters.map(({ name, shape }) => {
      const [rows, columns] = shape.length === 1 ? [1, shape[0]!] : [shape[0]!, shape[1]!];
      return [name, parameter(name, rows, columns)];
    }),
  );
}

/** The memory of each parameter's input. */
export function parameterBindings({ entries }: ParameterTable, arena: Float32Array): Record<string, Float32Array[]> {
  return Object.fromEntries(entries.map((entry) => [entry.name, [entryView(arena, entry)]]));
}

/** The memory for the next values of the buffers. @param next as long as the buffers' part of the arena */
export function bufferBindings({ buffers, trainedLength }: ParameterTable, next: Float32Array): Record<string, Float32Array[]> {
  return Object.fromEntries(
    buffers.map(({ name, offset, length }) => {
      const start = offset - trainedLength;
      return [`buffer.${name}`, [next.subarray(start, start + length)]];
    }),
  );
}

/** The memory for the gradient of each trained parameter. @param gradients [table.trainedLength] */
export function gradientBindings({ trained }: ParameterTable, gradients: Float32Array): Record<string, Float32Array[]> {
  return Object.fromEntries(trained.map((entry) => [`gradient.${entry.name}`, [entryView(gradients, entry)]]));
}
