import type { Binding, Engine } from '../engine/engine.js';
import { stateNames } from './language-model.js';
import type { ModelOptions } from './parameter-table.js';

/** The hidden state between windows: memory that several programs of one model and batch size may be bound to. */
export interface CarriedState {
  /** For `Bindings.inputs`: the state before a window. */
  readonly inputs: Readonly<Record<string, Binding>>;
  /** For `Bindings.outputs`: the state after it (`next.*`). */
  readonly outputs: Readonly<Record<string, Binding>>;
  /** The state of a network that has read nothing: zero. */
  reset(): void;
  /** After a run: makes the state after the window the one before the next. Allocates nothing. */
  carry(): void;
  /** A copy of the state before the next window, to `restore` later. */
  save(): SavedState;
  restore(saved: SavedState): void;
}

export type SavedState = readonly Float32Array[];

/** @param batchSize rows of the whole batch; each of the engine's shards has its part of them. */
export function createCarriedState(engine: Engine, model: ModelOptions, batchSize: number): CarriedState {
  const length = (batchSize / engine.shards) * model.hiddenSize;
  const allocate = () => Array.from({ length: engine.shards }, () => engine.allocateFloats(length));
  const names = stateNames(model);
  const before = names.map(allocate);
  const after = names.map(allocate);
  const parts = before.flat();
  const nextParts = after.flat();
  return {
    inputs: Object.fromEntries(names.map((name, i) => [name, before[i]!])),
    outputs: Object.fromEntries(names.map((name, i) => [`next.${name}`, after[i]!])),
    reset() {
      for (const part of parts) part.fill(0);
    },
    carry() {
      for (let i = 0; i < parts.length; i++) parts[i]!.set(nextParts[i]!);
    },
    save: () => parts.map((part) => Float32Array.from(part)),
    restore(saved) {
      for (let i = 0; i < parts.length; i++) parts[i]!.set(saved[i]!);
    },
  };
}
