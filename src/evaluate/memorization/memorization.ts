import { UserError } from '../../foundation/errors.js';
import type { TokenSource } from '../../text/batches.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import type { TokenizerType } from '../../text/tokenizers/tokenizer.js';
import { longestMatches } from './longest-matches.js';

export interface MemorizationOptions {
  /** Texts that the model has written. */
  readonly sampled: readonly Int32Array[];
  readonly train: Int32Array | TokenSource;
  /** Text of the same kind that the model was not trained on, for comparison. */
  readonly heldOut: Int32Array;
  /** Lengths n of the n-grams, ascending; those longer than the texts are omitted. */
  readonly lengths: readonly number[];
}

/** How many n-grams of a set of texts occur in the training text. */
export interface NgramShare {
  /** In tokens. */
  readonly n: number;
  /** From 0 to 1. */
  readonly sampled: number;
  readonly heldOut: number;
}

/** How much of a model's output is copied from its training text. */
export interface Memorization {
  readonly shares: readonly NgramShare[];
  /** The longest passage that occurs in the training text: of the sampled and of the held-out texts. */
  readonly longestSampled: Int32Array;
  readonly longestHeldOut: Int32Array;
  /** The number of tokens compared. */
  readonly sampledTokens: number;
  readonly heldOutTokens: number;
}

/** Meaningful lengths of n-grams: words repeat by chance up to four or five, characters up to about twenty. */
export function usualLengths(type: TokenizerType): readonly number[] {
  return tokenizerDeclaration(type).small ? [5, 10, 15, 20, 30, 40, 50, 75, 100] : [2, 3, 4, 5, 6, 8, 10, 15, 20];
}

/**
 * Compares the n-grams of sampled texts with the training text, and also those of as many held-out passages of the same length (McCoy et
 * al. 2023, "How much do language models copy from their training data?"). What held-out text shares with the training text is not copying.
 *
 * @throws UserError `data` for a held-out text without tokens
 */
export function measureMemorization({ sampled, train, heldOut, lengths }: MemorizationOptions): Memorization {
  const control = evenPassages(heldOut, sampled.length, Math.max(...sampled.map(({ length }) => length)));
  const matches = longestMatches([...sampled, ...control], train);
  const ofSampled = matches.slice(0, sampled.length);
  const ofControl = matches.slice(sampled.length);
  const fitting = lengths.filter((n) => [sampled, control].every((texts) => texts.some(({ length }) => length >= n)));
  return {
    shares: fitting.map((n) => ({ n, sampled: shareOf(ofSampled, n), heldOut: shareOf(ofControl, n) })),
    longestSampled: longestPassage(sampled, ofSampled),
    longestHeldOut: longestPassage(control, ofControl),
    sampledTokens: countTokens(sampled),
    heldOutTokens: countTokens(control),
  };
}

/** So many passages of a text, evenly spaced and without overlap; fewer where the text is too short. */
function evenPassages(text: Int32Array, count: number, length: number): Int32Array[] {
  if (text.length === 0) throw new UserError('data', 'the held-out text is empty, and sampled text is compared with it');
  const passages = Math.max(1, Math.min(count, Math.floor(text.length / length)));
  return Array.from({ length: passages }, (_, i) => {
    const start = Math.floor((i * text.length) / passages);
    return text.subarray(start, Math.min(text.length, start + length));
  });
}

function shareOf(matches: readonly Int32Array[], n: number): number {
  let found = 0;
  let all = 0;
  for (const lengths of matches) {
    all += Math.max(0, lengths.length - n + 1);
    for (const length of lengths) if (length >= n) found++;
  }
  return found / all;
}

/** The first of the longest passages. */
function longestPassage(texts: readonly Int32Array[], matches: readonly Int32Array[]): Int32Array {
  let best = new Int32Array(0);
  for (const [i, lengths] of matches.entries()) {
    for (const [end, length] of lengths.entries()) {
      if (length > best.length) best = texts[i]!.slice(end + 1 - length, end + 1);
    }
  }
  return best;
}

function countTokens(texts: readonly Int32Array[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}
