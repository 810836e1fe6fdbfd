import type { TokenSource } from '../../text/batches.js';
import { createPairMap, type PairMap } from '../../text/tokenizers/byte-pairs/pair-map.js';
import { eachToken } from '../each-token.js';
import { createIntegerList, type IntegerList } from './integer-list.js';

/**
 * The n-grams of one order n, numbered in the order of their first occurrence. An n-gram is the number of its first n - 1 tokens, and its
 * last token.
 */
export interface NgramCounts {
  readonly numbers: PairMap;
  /** Number of each n-gram's first n - 1 tokens among those of order n - 1; 0 for n = 1. */
  readonly prefixes: Int32Array;
  /**
   * At least 1. For the highest order: the number of occurrences; for lower orders: the number of different contexts (see `countNgrams`).
   */
  readonly counts: Int32Array;
}

export interface CountingOptions {
  /** The highest order, at least 1. */
  readonly order: number;
  /** A token beyond which no context reaches back: the end of a line, where lines are independent. */
  readonly boundary?: number | undefined;
}

interface GrowingCounts {
  readonly numbers: PairMap;
  readonly prefixes: IntegerList;
  readonly counts: IntegerList;
}

/**
 * Counts the n-grams of a text of every order up to the highest, in one pass over a text that need not fit into memory.
 *
 * The counts of lower orders are Kneser and Ney's continuation counts (1995): not the occurrences of an n-gram but the number of different
 * tokens before it, because a lower order is used where the longer context gave no information. An n-gram at the beginning of the text, or
 * of a line where there is a boundary, has no token before it and counts each time.
 *
 * @returns the counts of order 1, 2, ...
 */
export function countNgrams(text: Int32Array | TokenSource, { order, boundary }: CountingOptions): NgramCounts[] {
  const levels: GrowingCounts[] = Array.from({ length: order }, () => ({
    numbers: createPairMap(),
    prefixes: createIntegerList(),
    counts: createIntegerList(),
  }));
  // contexts[n]: the n-gram of the last n tokens. Order 0 has a single, empty one.
  const contexts = new Int32Array(order + 1);
  let longest = 0;
  for (const token of eachToken(text)) {
    let counted = true;
    for (let n = longest + 1; n >= 1; n--) {
      const { numbers, prefixes, counts } = levels[n - 1]!;
      const prefix = contexts[n - 1]!;
      let number = numbers.get(prefix, token);
      const isNew = number < 0;
      if (isNew) {
        number = counts.length;
        numbers.set(prefix, token, number);
        prefixes.push(prefix);
        counts.push(0);
      }
      if (counted) counts.increment(number);
      // The end of a longer n-gram that is not new has already been counted after this token.
      counted = isNew;
      contexts[n] = number;
    }
    longest = token === boundary ? Math.min(1, order - 1) : Math.min(longest + 1, order - 1);
  }
  return levels.map(({ numbers, prefixes, counts }) => ({
    numbers,
    prefixes: prefixes.toArray(),
    counts: counts.toArray(),
  }));
}
