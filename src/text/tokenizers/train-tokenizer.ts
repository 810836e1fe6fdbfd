import { byteTokenizer } from './byte.js';
import { trainCharacterTokenizer } from './character.js';
import type { Tokenizer } from './tokenizer.js';
import { trainBpeTokenizer } from './train-bpe.js';
import type { VocabularyLimits } from './vocabulary.js';
import { trainWordTokenizer } from './word.js';

/** A tokenizer to make from a text. */
export type TokenizerOptions =
  | ({ type: 'character' | 'word' } & VocabularyLimits)
  | { type: 'byte' }
  /** `vocabularySize`: tokens that the vocabulary grows to, the 256 bytes included. */
  | { type: 'bpe'; vocabularySize: number };

/**
 * Builds a tokenizer from the training split alone: what only validation or test have is unknown to it, as it is to the model.
 *
 * @param text the training text, whole or in pieces that cut neither characters nor words.
 * @throws UserError 'data' when no token is left, 'usage' when `maximumSize` has room for special tokens only.
 */
export function trainTokenizer(options: TokenizerOptions, text: string | Iterable<string>): Tokenizer {
  const pieces = typeof text === 'string' ? [text] : text;
  switch (options.type) {
    case 'character':
      return trainCharacterTokenizer(pieces, options);
    case 'word':
      return trainWordTokenizer(pieces, options);
    case 'byte':
      return byteTokenizer();
    case 'bpe':
      return trainBpeTokenizer(pieces, options);
  }
}
