import type { BytePairTables } from './byte-pairs.js';
import { createHeap } from './heap.js';

/** Larger than any position in a piece, and small enough that rank * PLACES + place is exact. */
const PLACES = 0x8000_0000;

/**
 * Returns the function that merges one piece of text: of all adjacent pairs that can be merged, the one with the lowest rank is merged, the
 * leftmost first, until none is left (Sennrich et al. 2016). O(n log n) in the n bytes of the piece.
 *
 * @returns a function from bytes to ids; its result is valid until the next call
 */
export function createMerger({ byteIds, rankOf, results }: BytePairTables): (bytes: Uint8Array) => Int32Array {
  // A token is stored at the position of its first byte; the positions of its other bytes are -1.
  let ids = new Int32Array(256);
  let next = new Int32Array(256);
  let previous = new Int32Array(256);
  const heap = createHeap<number>((a, b) => a < b);

  function rankAt(place: number, n: number): number {
    const right = next[place]!;
    return right < n ? rankOf(ids[place]!, ids[right]!) : -1;
  }

  function consider(place: number, n: number): void {
    const rank = rankAt(place, n);
    if (rank >= 0) heap.push(rank * PLACES + place);
  }

  return (bytes) => {
    const n = bytes.length;
    if (n > ids.length) [ids, next, previous] = [new Int32Array(2 * n), new Int32Array(2 * n), new Int32Array(2 * n)];
    for (let i = 0; i < n; i++) {
      ids[i] = byteIds[bytes[i]!]!;
      next[i] = i + 1;
      previous[i] = i - 1;
    }
    for (let i = 0; i + 1 < n; i++) consider(i, n);
    for (let key = heap.pop(); key !== undefined; key = heap.pop()) {
      const rank = Math.floor(key / PLACES);
      const place = key - rank * PLACES;
      // The token that was here when the key was pushed may have been merged since.
      if (ids[place]! < 0 || rankAt(place, n) !== rank) continue;
      const right = next[place]!;
      ids[place] = results[rank]!;
      ids[right] = -1;
      const after = next[right]!;
      next[place] = after;
      if (after < n) previous[after] = place;
      if (previous[place]! >= 0) consider(previous[place]!, n);
      consider(place, n);
    }
    let length = 0;
    for (let i = 0; i < n; i = next[i]!) ids[length++] = ids[i]!;
    return ids.subarray(0, length);
  };
}
