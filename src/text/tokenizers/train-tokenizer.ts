import { trainCharacterTokenizer } from './character.js';
import type { Tokenizer, TokenizerType } from './tokenizer.js';
import type { VocabularyLimits } from './vocabulary.js';
import { trainWordTokenizer } from './word.js';

export interface TokenizerOptions extends VocabularyLimits {
  type: TokenizerType;
}

const trainers = { character: trainCharacterTokenizer, word: trainWordTokenizer };

/**
 * Builds a tokenizer from the training split alone: what only validation or test have is unknown to it, as it is to the model.
 *
 * @param text the training text, whole or in pieces that cut neither characters nor words.
 * @throws UserError 'data' when no token is left, 'usage' when `maximumSize` has room for special tokens only.
 */
export function trainTokenizer(options: TokenizerOptions, text: string | Iterable<string>): Tokenizer {
  return trainers[options.type](typeof text === 'string' ? [text] : text, options);
}
