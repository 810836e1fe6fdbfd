/** Keeps the few worst of many things, without holding the others. */
export interface WorstList<T> {
  /** @param make called only for what is kept for now. */
  offer(badness: number, make: () => T): void;
  /** The worst first; of equal ones the earlier. */
  worst(): T[];
}

export function createWorstList<T>(size: number): WorstList<T> {
  const kept: { badness: number; thing: T }[] = [];
  return {
    offer(badness, make) {
      if (kept.length === size && badness <= kept.at(-1)!.badness) return;
      const at = kept.findIndex((other) => badness > other.badness);
      kept.splice(at < 0 ? kept.length : at, 0, { badness, thing: make() });
      if (kept.length > size) kept.pop();
    },
    worst: () => kept.map(({ thing }) => thing),
  };
}
