import { byteTokenizer } from './byte.js';
import { characterTrainer } from './character.js';
import { cutAnywhere, type Tokenizer, type TokenizerTrainer } from './tokenizer.js';
import { bpeTrainer } from './train-bpe.js';
import type { VocabularyLimits } from './vocabulary.js';
import { wordTrainer } from './word.js';
import type { WordOptions } from './word-spacing.js';

/** A tokenizer to make from a text. With `documentEnd` it has a token for the end of a document; a word tokenizer has one anyway. */
export type TokenizerOptions = (
  | ({ type: 'character' } & VocabularyLimits)
  | ({ type: 'word' } & VocabularyLimits & WordOptions)
  | { type: 'byte' }
  /** `vocabularySize`: tokens that the vocabulary grows to, the 256 bytes included. */
  | { type: 'bpe'; vocabularySize: number }
) & { documentEnd?: boolean | undefined };

/**
 * Makes what builds a tokenizer from the training split alone: what only validation or test have is unknown to it, as it is to
 * the model. `finish` throws a UserError 'data' when no token is left, 'usage' when `maximumSize` has room for special tokens only.
 */
export function createTokenizerTrainer(options: TokenizerOptions): TokenizerTrainer {
  switch (options.type) {
    case 'character':
      return characterTrainer(options);
    case 'word':
      return wordTrainer(options);
    case 'byte':
      return { cut: cutAnywhere, add() {}, finish: () => byteTokenizer(options) };
    case 'bpe':
      return bpeTrainer(options);
  }
}

/**
 * Builds a tokenizer from a training text that is there.
 *
 * @param text the training text, whole or in pieces that cut neither characters nor words.
 * @throws UserError as {@link createTokenizerTrainer} says.
 */
export function trainTokenizer(options: TokenizerOptions, text: string | Iterable<string>): Tokenizer {
  const trainer = createTokenizerTrainer(options);
  for (const piece of typeof text === 'string' ? [text] : text) trainer.add(piece);
  return trainer.finish();
}
