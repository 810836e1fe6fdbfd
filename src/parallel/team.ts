import { roundToBfloat16 } from '../files/half-precision.js';

/** How gradients are rounded before they are added, so that fewer bytes can be sent. */
export type GradientPrecision = 'float32' | 'bfloat16';

/**
 * Processes that train one model together, each with a part of every batch. All of them call the same functions of their team in the same
 * order, with arrays of equal lengths.
 */
export interface Team {
  /** The place of this process, from 0. The first one writes the run directory and reports. */
  readonly rank: number;
  readonly size: number;
  /** What connects the processes, for people: `Open MPI 4.1.4`. */
  readonly name: string;
  /**
   * Replaces the values by their sums over all processes, which are equal in all of them. They are added by pairs in the order of the ranks,
   * as `createGradientSums` adds microbatches.
   *
   * @param values of any length, in memory that does not move
   * @param precision of what is added, and of the sums. Default float32
   */
  sum(values: Float32Array, precision?: GradientPrecision): Promise<void>;
  /** The numbers of all processes, in the order of their ranks. */
  gather(numbers: readonly number[]): Promise<readonly (readonly number[])[]>;
  /** The first process's text, in all processes; the others give undefined. */
  tell(text: string | undefined): Promise<string>;
  /** Copies arrays from the process of a rank to the first process, where they are overwritten. */
  bring(arrays: readonly Float32Array[], rank: number): Promise<void>;
  /** Waits for the others and takes leave. Afterwards nothing can be called. */
  close(): Promise<void>;
  /** Ends all processes at once, because this one cannot go on. */
  abort(exitCode: number): void;
}

/** `sum` of a team. A process alone gets the same: its own values, rounded like a sum. */
export async function sumOverTeam(team: Team | undefined, values: Float32Array, precision: GradientPrecision): Promise<void> {
  if (team) await team.sum(values, precision);
  else if (precision === 'bfloat16') roundToBfloat16(values);
}

/** The bounds of the part of `length` items that each of `size` processes owns. */
export function ownedRanges(length: number, size: number): { readonly start: number; readonly count: number }[] {
  const each = Math.ceil(length / size);
  return Array.from({ length: size }, (_, rank) => {
    const start = Math.min(length, rank * each);
    return { start, count: Math.min(length, start + each) - start };
  });
}

/**
 * Adds arrays of equal length, one after another in memory, by pairs: (0 + 1) + (2 + 3), and so on. The sum is in the first one.
 *
 * @param values [count * length]
 * @param precision of what is added; the sum is not rounded
 */
export function addByPairs(
  values: Float32Array,
  count: number,
  length: number,
  precision: GradientPrecision = 'float32',
): void {
  const part = (index: number) => values.subarray(index * length, (index + 1) * length);
  for (let distance = 1; distance < count; distance *= 2) {
    for (let left = 0; left + distance < count; left += 2 * distance)
      addPair(part(left), part(left), part(left + distance), precision);
  }
}

/** target = a + b. The target may be one of them; both are rounded to the precision, in place. */
export function addPair(target: Float32Array, a: Float32Array, b: Float32Array, precision: GradientPrecision): void {
  if (precision === 'bfloat16') {
    roundToBfloat16(a);
    roundToBfloat16(b);
  }
  for (let i = 0; i < target.length; i++) target[i] = a[i]! + b[i]!;
}

/** The microbatches that a process computes: one after another, as many as each of the others. */
export function shareOf(
  microbatches: number,
  { rank, size }: Pick<Team, 'rank' | 'size'> = { rank: 0, size: 1 },
): { readonly start: number; readonly count: number } {
  const count = microbatches / size;
  return { start: rank * count, count };
}

/** The function that tells whether any process of the team was asked to stop. All must call it at the same step. */
export function agreedStop(team: Team, stopRequested: () => boolean): () => Promise<boolean> {
  return async () => (await team.gather([Number(stopRequested())])).some(([requested]) => requested === 1);
}

/** The objects of all processes, in the order of their ranks, each process's as it gave them. All have the same names and numbers. */
export async function fromAll<T extends object>(team: Team, own: readonly T[]): Promise<T[]> {
  const all = await team.gather(own.flatMap(numbersIn));
  return all.flatMap((numbers) => {
    let next = 0;
    return own.map((like) => withNumbers(like, () => numbers[next++]!));
  });
}

/** The numbers in an object and in the objects in it, in their order. */
function numbersIn(value: object): number[] {
  return Object.values(value).flatMap((inner) => (typeof inner === 'number' ? [inner] : numbersIn(inner)));
}

/** The same object with other numbers. */
function withNumbers<T extends object>(like: T, next: () => number): T {
  const entries = Object.entries(like).map(([name, inner]) => [
    name,
    typeof inner === 'number' ? next() : withNumbers(inner, next),
  ]);
  return Object.fromEntries(entries) as T;
}
