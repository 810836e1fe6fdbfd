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
  /** Number of each n-gram's last n - 1 tokens among those of order n - 1; 0 for n = 1. */
  readonly suffixes: IntegerList;
  readonly counts: IntegerList;
}

/**
 * Counts the n-grams of a text of every order up to the highest, in one pass over a text that need not fit into memory.
 *
 * The counts of lower orders are Kneser and Ney's continuation counts (1995): not the occurrences of an n-gram but the number of different
 * tokens before it, because a lower order is used where the longer context gave no information. An n-gram at the beginning of the text, or
 * of a line where there is a boundary, has no token before it and counts each time.
 *
 * An n-gram that is known already is the last one that counts, because its end has been counted after the token before it. So a text in which
 * long n-grams are repeated takes little more than one lookup for each token; shorter contexts are found as the ends of longer ones.
 *
 * @returns the counts of order 1, 2, ...
 */
export function countNgrams(text: Int32Array | TokenSource, { order, boundary }: CountingOptions): NgramCounts[] {
  const levels: GrowingCounts[] = Array.from({ length: order }, () => ({
    numbers: createPairMap(),
    prefixes: createIntegerList(),
    suffixes: createIntegerList(),
    counts: createIntegerList(),
  }));
  /** The last `kept` tokens of an n-gram, as a number. The n-gram without tokens has the number 0. */
  const endOf = (number: number, n: number, kept: number) => {
    let end = number;
    for (let length = n; length > kept; length--) end = levels[length - 1]!.suffixes.at(end);
    return end;
  };
  // The context is the n-gram of the last `longest` tokens.
  let context = 0;
  let longest = 0;
  for (const token of eachToken(text)) {
    const highest = longest + 1;
    let prefix = context;
    let longestNgram = 0;
    for (let n = highest; n >= 1; n--) {
      const { numbers, prefixes, suffixes, counts } = levels[n - 1]!;
      const known = numbers.get(prefix, token);
      const number = known < 0 ? counts.length : known;
      // The n-gram that has one more token before it is new, and ends in this one.
      if (n < highest) levels[n]!.suffixes.push(number);
      else longestNgram = number;
      if (known >= 0) {
        counts.increment(known);
        break;
      }
      numbers.set(prefix, token, number);
      prefixes.push(prefix);
      counts.push(1);
      if (n === 1) suffixes.push(0);
      else prefix = endOf(prefix, n - 1, n - 2);
    }
    longest = token === boundary ? Math.min(1, order - 1) : Math.min(highest, order - 1);
    context = endOf(longestNgram, highest, longest);
  }
  return levels.map(({ numbers, prefixes, counts }) => ({
    numbers,
    prefixes: prefixes.toArray(),
    counts: counts.toArray(),
  }));
}
