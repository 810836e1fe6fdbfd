import { createDocumentSplitter, type Piece } from './documents.js';
import { readJsonLines } from './json-lines.js';
import { createNormalizer } from './normalization.js';
import { readPieces } from './read-file.js';
import type { ReadingOptions } from './reading-options.js';

/** Whether a file is JSON Lines. */
export const isJsonLines = (file: string) => /\.jsonl(\.gz)?$/.test(file);

/**
 * The text of some files in order, piece by piece. The concatenated result does not depend on the pieces, whose lengths vary.
 *
 * With documents, a document ends at its separator and at the end of a file; in .jsonl files each line's text is treated as a file. Without
 * documents the texts are joined, with a line end after each text that has none.
 *
 * @param onBlankLine called for each blank line that is omitted where each line is a document
 * @throws UserError 'data' as {@link readPieces} and {@link readJsonLines} do
 */
export async function* readDocuments(
  files: readonly string[],
  options: ReadingOptions,
  onBlankLine?: () => void,
): AsyncGenerator<Piece> {
  const { documents } = options;
  let last = '\n';
  for await (const { file, pieces } of textsOf(files, options)) {
    const normalizer = createNormalizer(options.normalization, file);
    const splitter = createDocumentSplitter(documents, onBlankLine);
    let atStart = true;
    function* join(parts: Piece[]): Generator<Piece> {
      for (const piece of parts) {
        if (piece.text !== '' && documents === 'none') {
          if (atStart && last !== '\n') yield { text: '\n', endsDocument: false };
          atStart = false;
          last = piece.text.at(-1)!;
        }
        yield piece;
      }
    }
    for await (const piece of pieces) {
      const text = normalizer.push(piece);
      if (text !== '') yield* join(splitter.push(text));
    }
    const rest = normalizer.end();
    if (rest !== '') yield* join(splitter.push(rest));
    yield* join(splitter.end());
  }
}

interface SingleText {
  file: string;
  pieces: AsyncIterable<string> | readonly string[];
}

async function* textsOf(files: readonly string[], { field, normalization }: ReadingOptions): AsyncGenerator<SingleText> {
  for (const file of files) {
    if (!isJsonLines(file)) yield { file, pieces: readPieces(file, normalization.byteOrderMark) };
    else for await (const text of readJsonLines(readPieces(file), file, field)) yield { file, pieces: [text] };
  }
}
