import { architectureOf } from './architecture.js';
import { entryView, type ParameterEntry, type ParameterTable, parameterTable } from './parameter-table.js';
import type { ModelOptions } from './specification.js';

/** The parameters of a trained model, by name. */
interface Source {
  readonly options: ModelOptions;
  readonly table: ParameterTable;
  readonly parameters: ReadonlyMap<string, Float32Array>;
}

/**
 * For each token of a vocabulary, its id in another vocabulary; -1 for a token that the other one lacks.
 * @param tokens tokens of the vocabulary, by id
 */
export function sourceRows(tokens: readonly string[], idThere: (token: string) => number | undefined): Int32Array {
  return Int32Array.from(tokens, (token) => idThere(token) ?? -1);
}

/** Whether two vocabularies are equal, token by token. @param rows see {@link sourceRows} @param sizeThere the size of the other one */
export const isSameVocabulary = (rows: Int32Array, sizeThere: number): boolean =>
  rows.length === sizeThere && rows.every((from, to) => from === to);

/** A parameter that a model needs and the source cannot provide; `found` is its shape in the source, if it is there. */
export interface Misfit {
  readonly name: string;
  readonly needed: readonly number[];
  readonly found: readonly number[] | undefined;
}

/** The parameters of a model that cannot be taken from the source. Their shapes must be equal, except for the number of token rows. */
export function misfitsOf(source: Source, options: ModelOptions): Misfit[] {
  const shapes = new Map(source.table.entries.map(({ name, shape }) => [name, shape]));
  return parameterTable(options).entries.flatMap((entry) => {
    const found = shapes.get(entry.name);
    const isFit = found !== undefined && sameShape(entry, found, source.options.vocabularySize);
    return isFit ? [] : [{ name: entry.name, needed: entry.shape, found }];
  });
}

function sameShape({ shape, tokenRows }: ParameterEntry, found: readonly number[], vocabularyThere: number): boolean {
  const wanted = tokenRows ? [vocabularyThere, ...shape.slice(1)] : shape;
  return wanted.length === found.length && wanted.every((size, i) => size === found[i]);
}

/** The parameters whose shape depends on the vocabulary but that have no row for each token: they fit only their own vocabulary. */
export function boundToVocabulary(options: ModelOptions): string[] {
  const larger = architectureOf({ ...options, vocabularySize: options.vocabularySize + 1 }).parameters;
  const sizes = new Map(larger.map(({ name, shape }) => [name, String(shape)]));
  return architectureOf(options)
    .parameters.filter(({ name, shape, tokenRows }) => !tokenRows && sizes.get(name) !== String(shape))
    .map(({ name }) => name);
}

/**
 * Copies the parameters of a source that has no misfits. Rows of tokens that the source does not have are not changed.
 *
 * @param arena the parameters of the model, [table.arenaLength], initialized
 * @param rows see {@link sourceRows}, [V]
 */
export function transferParameters(source: Source, arena: Float32Array, table: ParameterTable, rows: Int32Array): void {
  for (const entry of table.entries) {
    const from = source.parameters.get(entry.name)!;
    const to = entryView(arena, entry);
    if (!entry.tokenRows) to.set(from);
    else copyRows(from, to, rows);
  }
}

function copyRows(from: Float32Array, to: Float32Array, rows: Int32Array): void {
  const columns = to.length / rows.length;
  rows.forEach((row, i) => {
    if (row >= 0) to.set(from.subarray(row * columns, (row + 1) * columns), i * columns);
  });
}
