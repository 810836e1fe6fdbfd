/** Keeps the worst few of many items, without storing the others. */
export interface WorstList<T> {
  /** @param make called only for items that are stored */
  offer(badness: number, make: () => T): void;
  /** The stored items, the worst first; of equal ones the earlier first. */
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
