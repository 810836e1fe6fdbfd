/** A hash table of the positions at which items were first seen. Items with equal hashes are compared at their positions. */
export interface PositionTable {
  /**
   * The position at which an equal item was seen before, or -1 for the first one, which is then stored.
   *
   * @param equals whether the item at an earlier position with the same hash is equal
   */
  seenAt(hash: number, position: number, equals: (earlier: number) => boolean): number;
}

/** Creates a table for the first `capacity` items, with 8 to 16 bytes for each. */
export function createPositionTable(capacity: number): PositionTable {
  let size = 16;
  while (size < 2 * capacity) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  let kept = 0;
  return {
    seenAt(hash, position, equals) {
      for (let slot = scramble(hash) & (size - 1); ; slot = (slot + 1) & (size - 1)) {
        const earlier = slots[slot]!;
        if (earlier < 0) {
          if (kept < capacity) {
            slots[slot] = position;
            kept++;
          }
          return -1;
        }
        if (equals(earlier)) return earlier;
      }
    },
  };
}

/** A 32-bit hash in which every bit depends on all bits (the finalizer of MurmurHash3, Appleby 2011). */
export function scramble(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
