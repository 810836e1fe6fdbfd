import { readHuggingFaceTokenizer } from './hugging-face.js';
import type { Tokenizer } from './tokenizer.js';
import { type TokenizerOptions, trainTokenizer } from './train-tokenizer.js';

/** A tokenizer to make from a text, or a file that has one. */
export type TokenizerChoice =
  | Exclude<TokenizerOptions, { type: 'bpe' }>
  /** Exactly one of the two: tokens to grow to, or the path of a Hugging Face `tokenizer.json`. */
  | { type: 'bpe'; vocabularySize?: number; file?: string };

/**
 * Makes the tokenizer that a config asks for.
 *
 * @param text the training text.
 * @throws UserError as {@link trainTokenizer} and {@link readHuggingFaceTokenizer} do.
 */
export async function prepareTokenizer(choice: TokenizerChoice, text: string): Promise<Tokenizer> {
  if (choice.type !== 'bpe') return trainTokenizer(choice, text);
  const { type, vocabularySize, file } = choice;
  if (file !== undefined) return readHuggingFaceTokenizer(file);
  if (vocabularySize === undefined) throw new Error('byte pairs without a vocabulary size and a file have passed the rules');
  return trainTokenizer({ type, vocabularySize }, text);
}
