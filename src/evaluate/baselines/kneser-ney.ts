import { checkNumber, countRange } from '../../foundation/arguments.js';
import { checkedTokenSource, type TokenSource } from '../../text/batches.js';
import { type CountingOptions, countNgrams, type NgramCounts } from './count-ngrams.js';
import { discountOf, estimateDiscounts } from './discounts.js';

export interface KneserNeyOptions extends CountingOptions {
  /** V: every token below it gets a probability, seen or not. */
  readonly vocabularySize: number;
}

/** A trained n-gram model. It does not change; any number of readers may read with it. */
export interface NgramModel {
  readonly order: number;
  createReader(): NgramReader;
}

/** Reads a text token by token, with an empty context at first. */
export interface NgramReader {
  /** Probability of a token after what was read: above 0, and of all V tokens together 1. */
  probability(token: number): number;
  /** The same, and then reads the token. */
  next(token: number): number;
}

/** What an order takes part in a prediction with. */
interface Level extends Omit<NgramCounts, 'prefixes'> {
  /** What each n-gram's count is less its discount. */
  readonly discounted: (count: number) => number;
  /** For each context: the counts of what follows it, and the share that the discounts leave to the order below. */
  readonly totals: Int32Array;
  readonly remainders: Float64Array;
}

/** Far more than any text has use for. */
const MOST_ORDER = 64;

/**
 * Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998, "An empirical study of smoothing techniques for language
 * modeling", section 4.1.6): each order's discounted counts and the order below, weighed by what the discounts have left over; below
 * order 1 all V tokens are equally likely. Order 1 alone is the unigram model, with a little left for tokens never seen.
 *
 * One pass over the text; memory is about 50 bytes for each different n-gram of each order.
 */
export function trainKneserNey(text: Int32Array | TokenSource, options: KneserNeyOptions): NgramModel {
  const { order, boundary, vocabularySize } = options;
  checkNumber('order', order, { from: 1, to: MOST_ORDER, whole: true });
  checkNumber('vocabularySize', vocabularySize, countRange);
  let contexts = 1;
  const levels = countNgrams(checkedTokenSource(text, vocabularySize), { order, boundary }).map((counts) => {
    const level = levelOf(counts, contexts);
    contexts = counts.counts.length;
    return level;
  });
  return { order, createReader: () => createReader(levels, vocabularySize, boundary) };
}

function levelOf({ numbers, prefixes, counts }: NgramCounts, contexts: number): Level {
  const discounts = estimateDiscounts(counts);
  const totals = new Int32Array(contexts);
  const remainders = new Float64Array(contexts);
  for (let i = 0; i < counts.length; i++) {
    totals[prefixes[i]!]! += counts[i]!;
    remainders[prefixes[i]!]! += discountOf(discounts, counts[i]!);
  }
  for (let c = 0; c < contexts; c++) if (totals[c]! > 0) remainders[c]! /= totals[c]!;
  return { numbers, counts, discounted: (count) => count - discountOf(discounts, count), totals, remainders };
}

function createReader(levels: readonly Level[], vocabularySize: number, boundary: number | undefined): NgramReader {
  const order = levels.length;
  // As in counting; -1 for what was never seen.
  const contexts = new Int32Array(order + 1);
  const following = new Int32Array(order + 1);
  let longest = 0;

  /** Leaves the n-grams that the token makes in `following`. */
  function probability(token: number): number {
    let p = 1 / vocabularySize;
    following.fill(-1, 1);
    for (let n = 1; n <= longest + 1; n++) {
      const { numbers, counts, discounted, totals, remainders } = levels[n - 1]!;
      const context = contexts[n - 1]!;
      if (context < 0) break;
      const number = numbers.get(context, token);
      following[n] = number;
      // A context that nothing ever followed says nothing, and neither does a longer one that ends in it.
      if (totals[context] === 0) break;
      p *= remainders[context]!;
      if (number >= 0) p += discounted(counts[number]!) / totals[context]!;
    }
    return p;
  }

  return {
    probability,
    next(token) {
      const p = probability(token);
      contexts.set(following);
      longest = Math.min(token === boundary ? 1 : longest + 1, order - 1);
      return p;
    },
  };
}
