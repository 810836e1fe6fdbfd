import { isLayerMatrix } from '../model/declarations.js';
import type { ParameterEntry } from '../model/parameter-table.js';

/** A range of the flat arenas that one set of equations updates: adjacent parameters as one row, or a matrix. In floats. */
export interface UpdatePart {
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

/** The division of the arenas: every parameter is in exactly one part. */
export interface UpdateParts {
  /** As few as possible: one where no parameter is updated as a matrix. */
  readonly rows: readonly UpdatePart[];
  /** A part for each gate's block of each weight matrix of a layer. */
  readonly matrices: readonly UpdatePart[];
}

/**
 * @param entries the trained parameters, one after another from the beginning of the arena
 * @param length floats of the arena that they fill
 * @param byMatrix whether the optimizer updates weight matrices of layers as matrices
 */
export function updateParts(entries: readonly ParameterEntry[], length: number, byMatrix: boolean): UpdateParts {
  const rows: UpdatePart[] = [];
  const matrices: UpdatePart[] = [];
  let start = 0;
  const endRow = (end: number) => {
    if (end > start) rows.push({ offset: start, rows: 1, columns: end - start });
  };
  for (const entry of entries) {
    if (!byMatrix || !isLayerMatrix(entry)) continue;
    endRow(entry.offset);
    matrices.push(...blocksOf(entry));
    start = entry.offset + Math.ceil(entry.length / 4) * 4;
  }
  endRow(length);
  return { rows, matrices };
}

/** The gates of a weight matrix, stacked in its rows. */
function blocksOf({ offset, length, shape, blocks = 1 }: ParameterEntry): UpdatePart[] {
  const columns = shape.at(-1)!;
  const rows = length / columns / blocks;
  return Array.from({ length: blocks }, (_, block) => ({ offset: offset + block * rows * columns, rows, columns }));
}

/** The elements of an arena that belong to a part. */
export function partView(arena: Float32Array, { offset, rows, columns }: UpdatePart): Float32Array {
  return arena.subarray(offset, offset + rows * columns);
}
