import type { Vocabulary } from './vocabulary.js';

export type TokenizerType = 'character' | 'word';

/** All that is needed to rebuild a tokenizer, as plain JSON; it is kept in the model file. Ids are positions in `tokens`. */
export interface TokenizerState {
  type: TokenizerType;
  tokens: readonly string[];
}

/** Turns text into token ids and back. It has no state: the same text always gives the same ids. */
export interface Tokenizer {
  readonly type: TokenizerType;
  readonly vocabulary: Vocabulary;
  /**
   * Ids of a text. What is not in the vocabulary becomes `<unk>`.
   *
   * @throws UserError 'data' that lists what is unknown, when the vocabulary has no `<unk>`.
   */
  encode(text: string): Int32Array;
  /** Text of ids. @throws RangeError for an id that is not in the vocabulary. */
  decode(ids: ArrayLike<number>): string;
  /** A decoder for ids that arrive one by one. */
  createDecoder(): TokenDecoder;
  toJSON(): TokenizerState;
}

/** Decodes a stream of ids. The pieces joined are `decode` of all the ids; what a piece is depends on those before it. */
export interface TokenDecoder {
  /** What the next id adds to the text. To continue a prompt, push the prompt's ids first and leave out their pieces. */
  push(id: number): string;
}

/** Decodes all ids at once with a fresh decoder. */
export function decodeAll(decoder: TokenDecoder, ids: ArrayLike<number>): string {
  const pieces = new Array<string>(ids.length);
  for (let i = 0; i < ids.length; i++) pieces[i] = decoder.push(ids[i]);
  return pieces.join('');
}
