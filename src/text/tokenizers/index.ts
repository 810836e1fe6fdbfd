import type { OptionValues } from '../../foundation/options.js';
import { quoteToken } from '../code-points.js';
import { bytePairTokens } from './bpe.js';
import { byteTokens } from './byte.js';
import { characterTokens } from './character.js';
import type { Tokenizer, TokenizerTrainer, TokenizerType } from './tokenizer.js';
import { invalidState, type TokenizerDeclaration } from './tokenizer-declaration.js';
import type { VocabularyLimits } from './vocabulary.js';
import { wordTokens } from './word.js';
import type { WordOptions } from './word-spacing.js';

/** The registry of tokenizers. A new tokenizer is its file and a line here, and its state in `tokenizer.ts`; the first is the default. */
export const tokenizerTypes: readonly TokenizerDeclaration[] = [characterTokens, wordTokens, byteTokens, bytePairTokens];

/** A tokenizer as a resolved config names it: its type and the values of its options. */
export type TokenizerChoice = OptionValues & { readonly type: TokenizerType };

/** The options of a tokenizer to train. With `documentEnd` it has a token for the end of a document; a word tokenizer always has one. */
export type TokenizerOptions = (
  | ({ type: 'character' } & VocabularyLimits)
  | ({ type: 'word' } & VocabularyLimits & WordOptions)
  | { type: 'byte' }
  /** `vocabularySize`: the size of the vocabulary, including the 256 bytes. */
  | { type: 'bpe'; vocabularySize: number }
) & { documentEnd?: boolean | undefined };

export function tokenizerDeclaration(type: TokenizerType): TokenizerDeclaration {
  return tokenizerTypes.find((declaration) => declaration.type === type)!;
}

/**
 * Creates the trainer of a tokenizer. It sees only the training split: characters that only validation or test have are unknown, as they
 * are to the model. `finish` throws as {@link trainTokenizer} does.
 */
export function createTokenizerTrainer(choice: TokenizerChoice, documentEnd: boolean): TokenizerTrainer {
  return tokenizerDeclaration(choice.type).createTrainer(choice, documentEnd);
}

/**
 * Trains a tokenizer on a training text in memory.
 *
 * @param text the training text, whole or in pieces that split neither characters nor words
 * @throws UserError `data` when no token is left, `usage` when `maximumSize` leaves room only for special tokens
 */
export function trainTokenizer(
  { documentEnd = false, ...choice }: TokenizerOptions,
  text: string | Iterable<string>,
): Tokenizer {
  const trainer = createTokenizerTrainer(choice, documentEnd);
  for (const piece of typeof text === 'string' ? [text] : text) trainer.add(piece);
  return trainer.finish();
}

/**
 * Rebuilds a tokenizer from the result of {@link Tokenizer.toJSON}. The state comes from a model file and is not trusted: each part is
 * checked, and unknown keys are refused, because a tokenizer that ignored one would encode incorrectly.
 *
 * @throws UserError 'model' naming the problem of the state
 */
export function tokenizerFromJSON(state: unknown): Tokenizer {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) throw invalidState('an object is expected');
  const { type, ...rest } = state as Record<string, unknown>;
  const declaration = tokenizerTypes.find((known) => known.type === type);
  if (declaration === undefined) {
    const found = typeof type === 'string' ? quoteToken(type) : typeof type;
    throw invalidState(`type must be one of ${tokenizerTypes.map((known) => known.type).join(', ')}, not ${found}`);
  }
  const unknownKey = Object.keys(rest).find((key) => !declaration.stateKeys.includes(key));
  if (unknownKey !== undefined) throw invalidState(`unknown key ${quoteToken(unknownKey)}`);
  return declaration.read(rest);
}
