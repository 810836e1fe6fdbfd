import type { CarriedState } from '../model/carried-state.js';

/** The states of several microbatches, which take turns in the memory of one program. */
export interface StatesInTurns {
  /** For each part of the state: one array for each shard of each microbatch, in their order. */
  readonly arrays: Readonly<Record<string, readonly Float32Array[]>>;
  /** Before and after a microbatch is computed. */
  enter(microbatch: number): void;
  leave(microbatch: number): void;
  /** Sets all to zero. */
  reset(): void;
  /** Copies all; the result restores them. */
  remember(): () => void;
}

/** For each part of a state its name, and an array for each shard. */
type Parts = readonly (readonly [name: string, shards: readonly Float32Array[]])[];

/** @param state the memory of the program; with one microbatch it is the only one */
export function statesInTurns(state: CarriedState, count: number): StatesInTurns {
  const shared: Parts = Object.entries(state.inputs as Readonly<Record<string, readonly Float32Array[]>>);
  const own: Parts[] = Array.from({ length: count }, () =>
    count === 1 ? shared : shared.map(([name, shards]) => [name, shards.map((values) => values.slice())] as const),
  );
  const copy = (from: Parts, to: Parts) => {
    if (from === to) return;
    for (const [i, [, shards]] of from.entries()) for (const [s, values] of shards.entries()) to[i]![1][s]!.set(values);
  };
  const arrays = Object.fromEntries(shared.map(([name], i) => [name, own.flatMap((parts) => parts[i]![1])]));
  const all = Object.values(arrays).flat();
  return {
    arrays,
    enter: (microbatch) => copy(own[microbatch]!, shared),
    leave: (microbatch) => copy(shared, own[microbatch]!),
    reset() {
      for (const values of all) values.fill(0);
    },
    remember() {
      const saved = all.map((values) => values.slice());
      return () => {
        for (const [i, values] of all.entries()) values.set(saved[i]!);
      };
    },
  };
}
