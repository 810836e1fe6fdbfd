import { checkNumber, countRange } from '../../foundation/arguments.js';
import { checkedTokenSource, type TokenSource } from '../../text/batches.js';
import { type CountingOptions, countNgrams, type NgramCounts } from './count-ngrams.js';
import { discountOf, estimateDiscounts } from './discounts.js';

export interface KneserNeyOptions extends CountingOptions {
  /** V: every token below it has a probability, whether it was seen or not. */
  readonly vocabularySize: number;
}

/** A trained n-gram model. It does not change, so any number of readers can use it. */
export interface NgramModel {
  readonly order: number;
  createReader(): NgramReader;
}

/** Reads a text token by token, at first with an empty context. */
export interface NgramReader {
  /** Probability of a token after those read: above 0; the V probabilities add up to 1. */
  probability(token: number): number;
  /** Returns the same, and then reads the token. */
  next(token: number): number;
}

/** The values of one order for predictions. */
interface Level extends Omit<NgramCounts, 'prefixes'> {
  /** An n-gram's count minus its discount. */
  readonly discounted: (count: number) => number;
  /** For each context: the sum of the counts after it, and the weight that the discounts give to the order below. */
  readonly totals: Int32Array;
  readonly remainders: Float64Array;
}

/** More than is useful for any text. */
const MOST_ORDER = 64;

/**
 * Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1998, "An empirical study of smoothing techniques for language modeling",
 * section 4.1.6): each order's discounted counts are interpolated with the order below, whose weight is the discounted mass. Below order 1
 * all V tokens are equally likely. Order 1 alone is the unigram model, with some probability for unseen tokens.
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
  // As in counting; -1 for a context that was never seen.
  const contexts = new Int32Array(order + 1);
  const following = new Int32Array(order + 1);
  let longest = 0;

  /** Returns the probability, and writes the n-grams that end with the token to `following`. */
  function probability(token: number): number {
    let p = 1 / vocabularySize;
    following.fill(-1, 1);
    for (let n = 1; n <= longest + 1; n++) {
      const { numbers, counts, discounted, totals, remainders } = levels[n - 1]!;
      const context = contexts[n - 1]!;
      if (context < 0) break;
      const number = numbers.get(context, token);
      following[n] = number;
      // A context that nothing followed gives no information, and neither does a longer one that ends in it.
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
