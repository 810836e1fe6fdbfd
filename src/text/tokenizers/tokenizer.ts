import type { BytePairs } from './byte-pairs/byte-pairs.js';
import type { Vocabulary } from './vocabulary.js';

/** All that is needed to rebuild a tokenizer, as plain JSON; it is kept in the model file. Ids are positions in `tokens`. */
export type TokenizerState =
  | { type: 'character'; tokens: readonly string[] }
  | { type: 'word'; tokens: readonly string[]; case?: 'lower'; punctuation?: 'separate'; spaces?: 'exact' }
  | { type: 'byte'; documentEnd?: true }
  | ({ type: 'bpe' } & BytePairs);

export type TokenizerType = TokenizerState['type'];

/**
 * Where a text that goes on may be cut: an index, as large as is easily found, so that what comes before it and what comes after, whatever that
 * is, can be treated apart with the same result. 0 when there is none.
 */
export type CutText = (text: string) => number;

/** Gets where a token stands in a text: `text.slice(start, end)`. */
export type OnSpan = (start: number, end: number) => void;

/** Turns text into token ids and back. The same text always gives the same ids. */
export interface Tokenizer {
  readonly type: TokenizerType;
  readonly vocabulary: Vocabulary;
  /** Id of the token that ends a line, so that a text may begin after it; undefined when there is none. */
  readonly lineEndId: number | undefined;
  /** Id of the token that ends a document; undefined where the tokenizer was not made for documents and has none. */
  readonly documentEndId: number | undefined;
  /**
   * Ids of a text. What is not in the vocabulary becomes `<unk>`; to bytes and byte pairs nothing is unknown.
   *
   * @throws UserError 'data' that lists what is unknown, when the vocabulary has no `<unk>`.
   */
  encode(text: string): Int32Array;
  /** What `encode` does to a text first, as was done to the corpus; absent where that is nothing. */
  normalize?(text: string): string;
  /** `encode` of the part before the cut, and of all that follows, are `encode` of the whole. */
  readonly cut: CutText;
  /** Where each of the ids that `encode` gives stands; only where the vocabulary does not spell the text out. */
  locate?(text: string, onSpan: OnSpan): void;
  /** Text of ids. @throws UserError `data` for an id that is not in the vocabulary. */
  decode(ids: ArrayLike<number>): string;
  /** A decoder for ids that arrive one by one. */
  createDecoder(): TokenDecoder;
  toJSON(): TokenizerState;
}

/** Decodes a stream of ids. The pieces joined are `decode` of all the ids; what a piece is depends on those before it. */
export interface TokenDecoder {
  /** What the next id adds to the text. To continue a prompt, push the prompt's ids first and leave out their pieces. */
  push(id: number): string;
  /** When the stream ends: what was held back because a character was incomplete, shown as U+FFFD. Mostly nothing. */
  end(): string;
}

/**
 * Makes a tokenizer from a training text that comes in pieces, which cut neither characters nor words. Its memory grows with the
 * different tokens that it has seen, not with the text.
 */
export interface TokenizerTrainer {
  /** Where the text may be cut into pieces. */
  readonly cut: CutText;
  add(piece: string): void;
  finish(): Tokenizer;
}

/** For tokens that are characters, or parts of one: a text can be cut anywhere. */
export const cutAnywhere: CutText = (text) => text.length;

/** Decodes all ids at once with a fresh decoder. */
export function decodeAll(decoder: TokenDecoder, ids: ArrayLike<number>): string {
  const pieces = new Array<string>(ids.length);
  for (let i = 0; i < ids.length; i++) pieces[i] = decoder.push(ids[i]!);
  return pieces.join('') + decoder.end();
}
