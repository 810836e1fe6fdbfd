import { createRecutter } from '../recut.js';
import { bpeTokenizer, withDocumentEnd } from './bpe.js';
import { byteTokenizer } from './byte.js';
import { readHuggingFaceTokenizer } from './hugging-face.js';
import type { Tokenizer } from './tokenizer.js';
import { createTokenizerTrainer, type TokenizerOptions } from './train-tokenizer.js';

/** A tokenizer to make from a text, or a file that has one. */
export type TokenizerChoice =
  | Exclude<TokenizerOptions, { type: 'bpe' }>
  /** Exactly one of the two: tokens to grow to, or the path of a Hugging Face `tokenizer.json`. */
  | { type: 'bpe'; vocabularySize?: number; file?: string };

/**
 * The tokenizer that a config asks for, when no text is needed to make it: bytes, or one from a file.
 *
 * @param documentEnd whether it has a token for the end of a document.
 * @throws UserError as {@link readHuggingFaceTokenizer} does.
 */
export async function knownTokenizer(choice: TokenizerChoice, documentEnd: boolean): Promise<Tokenizer | undefined> {
  if (choice.type === 'byte') return byteTokenizer({ documentEnd });
  if (choice.type !== 'bpe' || choice.file === undefined) return undefined;
  const tokenizer = await readHuggingFaceTokenizer(choice.file);
  const state = tokenizer.toJSON();
  return documentEnd && state.type === 'bpe' ? bpeTokenizer(withDocumentEnd(state)) : tokenizer;
}

/**
 * Makes the tokenizer that a config asks for from the training text, which comes in pieces.
 *
 * @throws UserError as `trainTokenizer` does.
 */
export async function makeTokenizer(
  choice: TokenizerChoice,
  documentEnd: boolean,
  text: AsyncIterable<{ text: string; endsDocument: boolean }>,
): Promise<Tokenizer> {
  const trainer = createTokenizerTrainer({ ...trainable(choice), documentEnd });
  const pieces = createRecutter(trainer.cut, trainer.add);
  for await (const piece of text) {
    pieces.push(piece.text);
    if (piece.endsDocument) pieces.end();
  }
  pieces.end();
  return trainer.finish();
}

function trainable(choice: TokenizerChoice): TokenizerOptions {
  if (choice.type !== 'bpe') return choice;
  const { type, vocabularySize } = choice;
  if (vocabularySize === undefined) throw new Error('byte pairs without a vocabulary size and a file have passed the rules');
  return { type, vocabularySize };
}
