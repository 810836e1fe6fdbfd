import { stat } from 'node:fs/promises';
import { UserError } from '../foundation/errors.js';
import type { Piece } from './reading/documents.js';
import { findFiles } from './reading/find-files.js';
import { isJsonLines, readDocuments } from './reading/read-documents.js';
import { fileName, STANDARD_INPUT } from './reading/read-file.js';
import type { ReadingOptions } from './reading/reading-options.js';

/** A text from one or many files that can be read repeatedly, piece by piece, with the same result. */
export interface CorpusText {
  /** For messages: the file, or `texts (12 files)`. */
  readonly name: string;
  readonly files: readonly string[];
  readonly hasDocuments: boolean;
  /** Whether the whole text is in memory; otherwise each reading opens the files. */
  readonly inMemory: boolean;
  /** How many blank lines the last complete reading has omitted, where each line is a document. */
  readonly blankLines: number;
  pieces(): Iterable<Piece> | AsyncIterable<Piece>;
}

/** The longest text that is kept in memory, in UTF-16 units. */
const MEMORY_LIMIT = 1 << 25;

/**
 * Opens the text of files, folders and patterns (see {@link findFiles}). A small text is read at once and kept in memory; a larger one is
 * not.
 *
 * @throws UserError 'data' when there are no files or no text in them, and, during reading, for invalid text
 */
export async function openText(
  paths: string | readonly string[],
  options: ReadingOptions,
  memoryLimit: number = MEMORY_LIMIT,
): Promise<CorpusText> {
  const files = await findFiles(paths);
  const name = nameOf([paths].flat(), files);
  const hasDocuments = options.documents !== 'none';
  const sizes = await Promise.all(files.map(sizeOf));
  const size = sizes.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  // Compressed files are larger than their size; the others have at least a third of a UTF-16 unit per byte.
  let blankLines = 0;
  async function* pieces(): AsyncGenerator<Piece> {
    let count = 0;
    yield* readDocuments(files, options, () => void count++);
    blankLines = count;
  }
  const held = size <= 3 * memoryLimit ? await readUpTo(memoryLimit, pieces()) : undefined;
  if (held !== undefined) {
    if (held.length === 0) {
      const what =
        files.length > 1 ? `${name}: all files are` : files[0] === STANDARD_INPUT ? `${name} is` : `${name}: the file is`;
      throw new UserError('data', `${what} empty, where text is expected`);
    }
    return { name, files, hasDocuments, inMemory: true, blankLines, pieces: () => held };
  }
  const pipe = files.find((_, i) => sizes[i] === undefined);
  if (pipe !== undefined) {
    throw new UserError(
      'data',
      `${fileName(pipe)}: a text of this size is read several times, so it must be a file; save it first`,
    );
  }
  return {
    name,
    files,
    hasDocuments,
    inMemory: false,
    get blankLines() {
      return blankLines;
    },
    pieces,
  };
}

/** Whether some of the files are JSON Lines. */
export const hasJsonLines = (texts: readonly CorpusText[]) => texts.some(({ files }) => files.some(isJsonLines));

/** Bytes of a file; undefined for a pipe or similar. Reading the file reports a missing one. */
async function sizeOf(file: string): Promise<number | undefined> {
  if (file === STANDARD_INPUT) return undefined;
  try {
    const stats = await stat(file);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return 0;
  }
}

/** All pieces with text; undefined when they have more than `limit` UTF-16 units. */
async function readUpTo(limit: number, pieces: AsyncIterable<Piece>): Promise<Piece[] | undefined> {
  const held: Piece[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.text.length;
    if (length > limit) return undefined;
    if (piece.text !== '' || piece.endsDocument) held.push(piece);
  }
  return held;
}

function nameOf(paths: readonly string[], files: readonly string[]): string {
  if (files.length === 1) return fileName(files[0]!);
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
  return `${paths[0]}${more} (${files.length} files)`;
}
