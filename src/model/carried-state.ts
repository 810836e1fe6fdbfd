import type { Binding, Engine } from '../engine/engine.js';
import { architectureOf } from './architecture.js';
import type { ModelOptions } from './specification.js';

/** The hidden state between windows: memory that several programs of one model and batch size can share. */
export interface CarriedState {
  /** For `Bindings.inputs`: the state before a window. */
  readonly inputs: Readonly<Record<string, Binding>>;
  /** For `Bindings.outputs`: the state after it (`next.*`). */
  readonly outputs: Readonly<Record<string, Binding>>;
  /** Sets the state to zero, the state before the first token. */
  reset(): void;
  /** Sets the state of one row of the batch to zero. */
  resetRow(row: number): void;
  /** After a run: copies the state after the window to the state before the next one. Allocates nothing. */
  carry(): void;
  /** A copy of the state before the next window, for `restore`. */
  save(): SavedState;
  restore(saved: SavedState): void;
  /** Numbers in the state of one row: all of its parts, one after another. */
  readonly rowLength: number;
  /** Copies the state of one row, [rowLength], to an array or from one. */
  saveRow(row: number, target: Float32Array, offset?: number): void;
  loadRow(row: number, source: Float32Array, offset?: number): void;
}

export type SavedState = readonly Float32Array[];

/** @param batchSize rows of the whole batch; each shard of the engine has an equal part of them */
export function createCarriedState(engine: Engine, model: ModelOptions, batchSize: number): CarriedState {
  const rows = batchSize / engine.shards;
  const { states } = architectureOf(model);
  const allocate = () =>
    states.map(({ columns }) => Array.from({ length: engine.shards }, () => engine.allocateFloats(rows * columns)));
  const before = allocate();
  const after = allocate();
  const parts = before.flat();
  const nextParts = after.flat();
  /** For each part of a row's state: its position in its own array, and its position in the concatenation of all parts. */
  const rowParts = (row: number) => {
    let start = 0;
    return states.map(({ columns }, i) => {
      const from = (row % rows) * columns;
      start += columns;
      return { part: before[i]![Math.floor(row / rows)]!.subarray(from, from + columns), start: start - columns, columns };
    });
  };
  return {
    inputs: Object.fromEntries(states.map(({ name }, i) => [name, before[i]!])),
    outputs: Object.fromEntries(states.map(({ name }, i) => [`next.${name}`, after[i]!])),
    reset() {
      for (const part of parts) part.fill(0);
    },
    resetRow(row) {
      for (const { part } of rowParts(row)) part.fill(0);
    },
    carry() {
      for (let i = 0; i < parts.length; i++) parts[i]!.set(nextParts[i]!);
    },
    save: () => parts.map((part) => Float32Array.from(part)),
    restore(saved) {
      for (let i = 0; i < parts.length; i++) parts[i]!.set(saved[i]!);
    },
    rowLength: states.reduce((sum, { columns }) => sum + columns, 0),
    saveRow(row, target, offset = 0) {
      for (const { part, start } of rowParts(row)) target.set(part, offset + start);
    },
    loadRow(row, source, offset = 0) {
      for (const { part, start, columns } of rowParts(row)) part.set(source.subarray(offset + start, offset + start + columns));
    },
  };
}
