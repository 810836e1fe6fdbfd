import { UserError } from '../foundation/errors.js';
import { quoteToken } from './code-points.js';
import { readHuggingFaceFile } from './hugging-face-file.js';
import type { TextNormalization } from './reading/reading-options.js';
import { createRecutter } from './recut.js';
import { bpeTokenizer, withDocumentEnd } from './tokenizers/bpe.js';
import { unreachableToken } from './tokenizers/hugging-face.js';
import { createTokenizerTrainer, type TokenizerChoice, tokenizerDeclaration } from './tokenizers/index.js';
import type { Tokenizer } from './tokenizers/tokenizer.js';

/**
 * The tokenizer of a config that needs no text: bytes, or one from a file.
 *
 * @param documentEnd whether it has a token for the end of a document
 * @param normalization the normalization of the texts
 * @throws UserError as {@link readHuggingFaceFile} does, and 'usage' for a file that requires another normalization
 */
export async function knownTokenizer(
  choice: TokenizerChoice,
  documentEnd: boolean,
  normalization: TextNormalization,
): Promise<Tokenizer | undefined> {
  const { file } = choice;
  if (typeof file !== 'string') return tokenizerDeclaration(choice.type).known?.(documentEnd);
  const { tokenizer, normalization: wanted } = await readHuggingFaceFile(file);
  refuseOtherNormalization(file, wanted, normalization);
  const state = tokenizer.toJSON();
  if (state.type !== 'bpe') return tokenizer;
  const strange = unreachableToken(state, normalization);
  if (strange !== undefined) {
    const why = 'is changed by corpus.normalization, so that no text has it. Choose another normalization';
    throw new UserError('usage', `${file}: the added token ${quoteToken(strange)} ${why}.`);
  }
  return documentEnd ? bpeTokenizer(withDocumentEnd(state)) : tokenizer;
}

/** A corpus's normalization must give the same texts as the file's own normalizer. */
function refuseOtherNormalization(file: string, wanted: TextNormalization, given: TextNormalization): void {
  // NFKC text is also in NFC.
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
 * Trains the tokenizer of a config on the training text, which comes in pieces.
 *
 * @param onNotice gets a notice about line ends that the text spells out
 * @throws UserError as `trainTokenizer` does
 */
export async function makeTokenizer(
  choice: TokenizerChoice,
  documentEnd: boolean,
  text: AsyncIterable<{ text: string; endsDocument: boolean }>,
  onNotice?: (message: string) => void,
): Promise<Tokenizer> {
  let spelled = false;
  const { spellsLineEnd } = tokenizerDeclaration(choice.type);
  const trainer = createTokenizerTrainer(choice, documentEnd);
  const pieces = createRecutter(trainer.cut, trainer.add);
  for await (const piece of text) {
    spelled ||= spellsLineEnd?.(piece.text) === true;
    pieces.push(piece.text);
    if (piece.endsDocument) pieces.end();
  }
  pieces.end();
  if (spelled) onNotice?.('the training text contains the text <eos>, which is read as a line end');
  return trainer.finish();
}
