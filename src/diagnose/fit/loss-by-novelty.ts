import { longestMatches } from '../../evaluate/memorization/longest-matches.js';
import { checkNumber, countRange } from '../../foundation/arguments.js';
import type { TokenSource } from '../../text/batches.js';
import { eachDocumentEnd } from './document-ends.js';
import { binLosses, type LossBin, singleValues } from './loss-bins.js';
import type { TextLosses } from './loss-by-frequency.js';

interface NoveltyOptions extends TextLosses {
  /** The training text, in the same reading order. It is read once, in pieces. */
  readonly train: Int32Array | TokenSource;
  /** The longest n-gram that is distinguished: longer ones count as this one. */
  readonly longest: number;
}

/**
 * The loss by the length of the longest n-gram that ends with the predicted token and occurs in the training text, up to `longest`: 0 for a
 * token that was never seen, 1 for a token that was never seen after the token before it, and so on. A model that only recites has a low
 * loss on long n-grams alone. The lengths are exact (a suffix automaton of the scored text, no hashing).
 *
 * Where documents reset the state, an n-gram begins at the earliest at the token that the model reads first.
 *
 * The memory is about 100 bytes for each token of the scored text.
 */
export function lossByNovelty({ tokens, losses, train, longest }: NoveltyOptions): LossBin[] {
  checkNumber('longest', longest, countRange);
  const text = inMemory(tokens);
  const [matches] = longestMatches([text], train);
  return binLosses(losses, cutAtDocuments(tokens, matches!, longest), singleValues);
}

/** For each prediction, the length of its match, limited to the tokens that were read since the last reset and to `longest`. */
function* cutAtDocuments(
  tokens: Int32Array | TokenSource,
  matches: Int32Array,
  longest: number,
): Generator<number, void, undefined> {
  let read = 0;
  let target = 1;
  for (const ends of eachDocumentEnd(tokens)) {
    read = ends ? 1 : read + 1;
    // Every suffix of a match is a match.
    yield Math.min(longest, read + 1, matches[target++]!);
  }
}

function inMemory(text: Int32Array | TokenSource): Int32Array {
  if (text instanceof Int32Array) return text;
  const tokens = new Int32Array(text.length);
  text.read(0, tokens, text.length);
  return tokens;
}
