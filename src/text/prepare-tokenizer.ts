import { UserError } from '../foundation/errors.js';
import { quoteToken } from './code-points.js';
import { readHuggingFaceFile } from './hugging-face-file.js';
import type { TextNormalization } from './reading/reading-options.js';
import { createRecutter } from './recut.js';
import { bpeTokenizer, withDocumentEnd } from './tokenizers/bpe.js';
import { byteTokenizer } from './tokenizers/byte.js';
import { unreachableToken } from './tokenizers/hugging-face.js';
import type { Tokenizer } from './tokenizers/tokenizer.js';
import { createTokenizerTrainer, type TokenizerOptions } from './tokenizers/train-tokenizer.js';
import { spellsLineEnd } from './tokenizers/word.js';

/** A tokenizer to make from a text, or a file that has one. */
export type TokenizerChoice =
  | Exclude<TokenizerOptions, { type: 'bpe' }>
  /** Exactly one of the two: tokens to grow to, or the path of a Hugging Face `tokenizer.json`. */
  | { type: 'bpe'; vocabularySize?: number; file?: string };

/**
 * The tokenizer that a config asks for, when no text is needed to make it: bytes, or one from a file.
 *
 * @param documentEnd whether it has a token for the end of a document.
 * @param normalization what is done to the texts before.
 * @throws UserError as {@link readHuggingFaceFile} does, and 'usage' for a file that wants texts of another normalization.
 */
export async function knownTokenizer(
  choice: TokenizerChoice,
  documentEnd: boolean,
  normalization: TextNormalization,
): Promise<Tokenizer | undefined> {
  if (choice.type === 'byte') return byteTokenizer({ documentEnd });
  if (choice.type !== 'bpe' || choice.file === undefined) return undefined;
  const { tokenizer, normalization: wanted } = await readHuggingFaceFile(choice.file);
  refuseOtherNormalization(choice.file, wanted, normalization);
  const state = tokenizer.toJSON();
  if (state.type !== 'bpe') return tokenizer;
  const strange = unreachableToken(state, normalization);
  if (strange !== undefined) {
    const why = 'is changed by corpus.normalization, so that no text has it. Choose another normalization';
    throw new UserError('usage', `${choice.file}: the added token ${quoteToken(strange)} ${why}.`);
  }
  return documentEnd ? bpeTokenizer(withDocumentEnd(state)) : tokenizer;
}

/** Texts that have been normalised as a corpus is must be as the file's own normalizer leaves them. */
function refuseOtherNormalization(file: string, wanted: TextNormalization, given: TextNormalization): void {
  // NFKC leaves nothing for NFC to do.
  const unicode = wanted.unicode === 'none' || wanted.unicode === given.unicode || given.unicode === 'NFKC';
  const newlines = wanted.newlines === 'keep' || given.newlines === 'lf';
  const settings = [
    ...(unicode ? [] : [`unicode: ${wanted.unicode}`]),
    ...(newlines ? [] : [`newlines: ${wanted.newlines}`]),
  ].join(', ');
  if (settings === '') return;
  const why = 'its normalizer changes texts before they are cut into tokens, and the corpus is to be changed in the same way';
  throw new UserError('usage', `${file}: ${why}. Set corpus.normalization: { ${settings} }.`);
}

/**
 * Makes the tokenizer that a config asks for from the training text, which comes in pieces.
 *
 * @param onNotice hears of line ends that the text spells out
 *
 * @throws UserError as `trainTokenizer` does.
 */
export async function makeTokenizer(
  choice: TokenizerChoice,
  documentEnd: boolean,
  text: AsyncIterable<{ text: string; endsDocument: boolean }>,
  onNotice?: (message: string) => void,
): Promise<Tokenizer> {
  let spelled = false;
  const trainer = createTokenizerTrainer({ ...trainable(choice), documentEnd });
  const pieces = createRecutter(trainer.cut, trainer.add);
  for await (const piece of text) {
    spelled ||= choice.type === 'word' && spellsLineEnd(piece.text);
    pieces.push(piece.text);
    if (piece.endsDocument) pieces.end();
  }
  pieces.end();
  if (spelled) onNotice?.('the training text spells out <eos>, which is read as a line end');
  return trainer.finish();
}

function trainable(choice: TokenizerChoice): TokenizerOptions {
  if (choice.type !== 'bpe') return choice;
  const { type, vocabularySize } = choice;
  if (vocabularySize === undefined) throw new Error('byte pairs without a vocabulary size and a file have passed the rules');
  return { type, vocabularySize };
}
