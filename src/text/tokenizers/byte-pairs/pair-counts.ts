import { utf8Bytes, utf8Length } from '../../../foundation/bytes.js';
import { createHeap } from './heap.js';
import { createPairMap } from './pair-map.js';

/** The pairs of adjacent tokens in the words of a text, with their counts, during merging. */
export interface PairCounts {
  /** The most frequent pair with at least `minimum` occurrences; of equally frequent ones the smallest. It must be merged next. */
  takeMostFrequent(minimum: number): readonly [left: number, right: number] | undefined;
  /** Replaces the pair by a token everywhere, from left to right in each word. */
  merge(left: number, right: number, id: number): void;
}

/** Ids of the tokens in all words. A token is stored at the position of its first byte. */
interface Words {
  /** -1 at the positions of a token's other bytes. */
  readonly ids: Int32Array;
  /** Positions of the neighbours in the same word, or -1. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  /** The count of the word at each position. */
  readonly counts: Float64Array;
}

interface Pair {
  readonly left: number;
  readonly right: number;
  count: number;
  /** Positions of the left token. Some may be outdated, which is checked when they are used. */
  places: number[];
}

/**
 * Counts pairs once, and then updates only the counts around merged tokens, so that all merges together take about as long as reading the
 * words a few times. Each different word is stored once, weighted by its count.
 */
export function createPairCounts(wordCounts: ReadonlyMap<string, number>): PairCounts {
  const { ids, next, previous, counts } = layOut(wordCounts);
  const pairs: Pair[] = [];
  const indices = createPairMap();
  /** Entries whose count has decreased are corrected when they are popped; a count that increases gets a new entry. */
  const heap = createHeap<{ pair: Pair; count: number }>(
    (a, b) => (b.count - a.count || a.pair.left - b.pair.left || a.pair.right - b.pair.right) < 0,
  );

  function pairAt(place: number): Pair {
    const left = ids[place]!;
    const right = ids[next[place]!]!;
    const index = indices.get(left, right);
    if (index >= 0) return pairs[index]!;
    const pair: Pair = { left, right, count: 0, places: [] };
    indices.set(left, right, pairs.push(pair) - 1);
    return pair;
  }

  function add(place: number): Pair {
    const pair = pairAt(place);
    pair.count += counts[place]!;
    pair.places.push(place);
    return pair;
  }

  const enter = (pair: Pair) => heap.push({ pair, count: pair.count });

  for (let place = 0; place < ids.length; place++) if (next[place]! >= 0) add(place);
  pairs.forEach(enter);

  return {
    takeMostFrequent(minimum) {
      for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
        const { pair } = entry;
        if (pair.count < minimum) continue;
        if (pair.count === entry.count) return [pair.left, pair.right];
        enter(pair);
      }
      return undefined;
    },

    merge(left, right, id) {
      const merged = pairs[indices.get(left, right)]!;
      const risen = new Set<Pair>();
      const { places } = merged;
      merged.places = [];
      for (const place of places) {
        const second = next[place]!;
        if (ids[place] !== left || second < 0 || ids[second] !== right) continue;
        const before = previous[place]!;
        const after = next[second]!;
        merged.count -= counts[place]!;
        if (before >= 0) pairAt(before).count -= counts[place]!;
        if (after >= 0) pairAt(second).count -= counts[place]!;
        ids[place] = id;
        ids[second] = -1;
        next[place] = after;
        next[second] = -1;
        if (after >= 0) previous[after] = place;
        if (before >= 0) risen.add(add(before));
        if (after >= 0) risen.add(add(place));
      }
      risen.forEach(enter);
    },
  };
}

function layOut(wordCounts: ReadonlyMap<string, number>): Words {
  let size = 0;
  for (const word of wordCounts.keys()) size += utf8Length(word);
  const ids = new Int32Array(size);
  const next = new Int32Array(size);
  const previous = new Int32Array(size);
  const counts = new Float64Array(size);
  let start = 0;
  for (const [word, count] of wordCounts) {
    const bytes = utf8Bytes(word);
    const end = start + bytes.length;
    ids.set(bytes, start);
    counts.fill(count, start, end);
    for (let place = start; place < end; place++) {
      next[place] = place + 1 < end ? place + 1 : -1;
      previous[place] = place > start ? place - 1 : -1;
    }
    start = end;
  }
  return { ids, next, previous, counts };
}
