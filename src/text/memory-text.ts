import type { CorpusText } from './corpus-text.js';
import type { Piece } from './reading/documents.js';
import { createDocumentSplitter } from './reading/documents.js';
import { createNormalizer } from './reading/normalization.js';
import type { ReadingOptions } from './reading/reading-options.js';

const BYTE_ORDER_MARK = '\ufeff';

/**
 * A text in memory, read as a file with this content is. Halves of surrogate pairs, which no file contains, become U+FFFD.
 * @param name of the text in messages
 */
export function memoryText(text: string, name: string, { documents, normalization }: ReadingOptions): CorpusText {
  let blankLines = 0;
  const splitter = createDocumentSplitter(documents, () => void blankLines++);
  const normalizer = createNormalizer(normalization, name);
  const isMarked = normalization.byteOrderMark === 'drop' && text.startsWith(BYTE_ORDER_MARK);
  const whole = (isMarked ? text.slice(1) : text).replace(/\p{Surrogate}/gu, '\ufffd');
  const parts = [...splitter.push(normalizer.push(whole)), ...splitter.push(normalizer.end()), ...splitter.end()];
  const pieces = parts.filter((piece: Piece) => piece.text !== '' || piece.endsDocument);
  return {
    name,
    files: [name],
    hasDocuments: documents !== 'none',
    inMemory: true,
    blankLines,
    pieces: () => pieces,
  };
}
