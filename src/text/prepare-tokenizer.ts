import { UserError } from '../foundation/errors.js';
import { quoteToken } from './code-points.js';
import { readHuggingFaceFile } from './hugging-face-file.js';
import type { TextNormalization } from './reading/reading-options.js';
import { bpeTokenizer, withDocumentEnd } from './tokenizers/bpe.js';
import { unreachableToken } from './tokenizers/hugging-face.js';
import { type TokenizerChoice, tokenizerDeclaration } from './tokenizers/index.js';
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
