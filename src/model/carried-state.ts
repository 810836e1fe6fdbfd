import type { Binding, Engine } from '../engine/engine.js';
import { architectureOf } from './architecture.js';
import type { ModelOptions } from './specification.js';

/** The hidden state between windows: memory that several programs of one model and batch size may be bound to. */
export interface CarriedState {
  /** For `Bindings.inputs`: the state before a window. */
  readonly inputs: Readonly<Record<string, Binding>>;
  /** For `Bindings.outputs`: the state after it (`next.*`). */
  readonly outputs: Readonly<Record<string, Binding>>;
  /** The state of a network that has read nothing: zero. */
  reset(): void;
  /** The same for one sequence of the batch. */
  resetRow(row: number): void;
  /** After a run: makes the state after the window the one before the next. Allocates nothing. */
  carry(): void;
  /** A copy of the state before the next window, to `restore` later. */
  save(): SavedState;
  restore(saved: SavedState): void;
  /** Numbers of one sequence's state, all of its parts one after another. */
  readonly rowLength: number;
  /** Copies the state of one sequence of the batch, [rowLength], out to an array and in from one. */
  saveRow(row: number, target: Float32Array, offset?: number): void;
  loadRow(row: number, source: Float32Array, offset?: number): void;
}

export type SavedState = readonly Float32Array[];

/** @param batchSize rows of the whole batch; each of the engine's shards has its part of them. */
export function createCarriedState(engine: Engine, model: ModelOptions, batchSize: number): CarriedState {
  const rows = batchSize / engine.shards;
  const { states } = architectureOf(model);
  const allocate = () =>
    states.map(({ columns }) => Array.from({ length: engine.shards }, () => engine.allocateFloats(rows * columns)));
  const before = allocate();
  const after = allocate();
  const parts = before.flat();
  const nextParts = after.flat();
  /** Each part of a row's state: where it is in its array, and where among all parts of the row. */
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
