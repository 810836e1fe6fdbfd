import { utf8Bytes } from '../../foundation/bytes.js';
import type { BytePairs } from './byte-pairs/byte-pairs.js';
import type { Vocabulary } from './vocabulary.js';

/** Everything that is needed to rebuild a tokenizer, as plain JSON; it is stored in the model file. Ids are indices of `tokens`. */
export type TokenizerState =
  | { type: 'character'; tokens: readonly string[] }
  | { type: 'word'; tokens: readonly string[]; case?: 'lower'; punctuation?: 'separate'; spaces?: 'exact' }
  | { type: 'byte'; documentEnd?: true }
  | ({ type: 'bpe' } & BytePairs);

export type TokenizerType = TokenizerState['type'];

/**
 * Returns an index at which a text can be cut so that encoding both parts separately gives the same result, whatever text follows; 0 when
 * there is none. The index is as large as can be found easily.
 */
export type CutText = (text: string) => number;

/** Gets the position of a token in a text: `text.slice(start, end)`. */
export type OnSpan = (start: number, end: number) => void;

/** Converts text to token ids and back. The same text always gives the same ids. */
export interface Tokenizer {
  readonly type: TokenizerType;
  readonly vocabulary: Vocabulary;
  /** Id of the token that ends a line, after which a text may begin; undefined when there is none. */
  readonly lineEndId: number | undefined;
  /** Id of the token that ends a document; undefined where the tokenizer has none. */
  readonly documentEndId: number | undefined;
  /** The text that this token stands for in texts that are measured; absent where it has none. */
  readonly documentEndText?: string;
  /**
   * Ids of a text. Text that is not in the vocabulary becomes `<unk>`; with bytes and byte pairs nothing is unknown.
   *
   * @throws UserError 'data' listing what is unknown, when the vocabulary has no `<unk>`
   */
  encode(text: string): Int32Array;
  /** The normalization that `encode` applies first, as for the corpus; absent where there is none. */
  normalize?(text: string): string;
  /** Encoding the parts before and after the cut is equivalent to encoding the whole text. */
  readonly cut: CutText;
  /** The position of each id that `encode` returns; only where tokens are words, which do not spell out the text. */
  locate?(text: string, onSpan: OnSpan): void;
  /** Text of ids. @throws UserError `data` for an id that is not in the vocabulary. */
  decode(ids: ArrayLike<number>): string;
  /** A decoder for ids that arrive one by one. */
  createDecoder(): TokenDecoder;
  /** The UTF-8 bytes that each token adds to a text, by id, without a blank that `blanks` puts before it. */
  tokenBytes(): Uint8Array[];
  /** Where blanks between the tokens of a line belong to none of them: nowhere, before each but the first, or as the tokens decide. */
  readonly blanks: 'none' | 'single' | 'varied';
  toJSON(): TokenizerState;
}

/** Decodes a stream of ids. The concatenated pieces equal `decode` of all ids; a piece depends on the ids before it. */
export interface TokenDecoder {
  /** The text that the next id adds. To continue a prompt, push the prompt's ids first and discard their pieces. */
  push(id: number): string;
  /** At the end of the stream: an incomplete character that was held back, shown as U+FFFD. Usually empty. */
  end(): string;
}

/**
 * Trains a tokenizer on a training text in pieces, which must split neither characters nor words. Its memory grows with the number of
 * different tokens, not with the text.
 */
export interface TokenizerTrainer {
  /** Where the text may be cut into pieces. */
  readonly cut: CutText;
  add(piece: string): void;
  finish(): Tokenizer;
}

/** The bytes of tokens that are each a text of their own, as {@link Tokenizer.tokenBytes} returns them. */
export const bytesOfTexts = ({ size }: Vocabulary, decode: Tokenizer['decode']): Uint8Array[] =>
  Array.from({ length: size }, (_, id) => utf8Bytes(decode([id])));

/** Whether tokens are built from the 256 bytes, which have the same names in all such vocabularies. */
export const isOfBytes = ({ type }: Tokenizer): boolean => type === 'byte' || type === 'bpe';

/** For tokens that are characters or parts of one: a text can be cut anywhere. */
export const cutAnywhere: CutText = (text) => text.length;

/** Decodes all ids at once with a new decoder. */
export function decodeAll(decoder: TokenDecoder, ids: ArrayLike<number>): string {
  const pieces = new Array<string>(ids.length);
  for (let i = 0; i < ids.length; i++) pieces[i] = decoder.push(ids[i]!);
  return pieces.join('') + decoder.end();
}
