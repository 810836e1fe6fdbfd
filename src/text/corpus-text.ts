import { stat } from 'node:fs/promises';
import { UserError } from '../foundation/errors.js';
import type { Piece } from './reading/documents.js';
import { findFiles } from './reading/find-files.js';
import { isJsonLines, readDocuments } from './reading/read-documents.js';
import { fileName, STANDARD_INPUT } from './reading/read-file.js';
import type { ReadingOptions } from './reading/reading-options.js';

/** A text of one or many files that can be read again and again, piece by piece, always the same. */
export interface CorpusText {
  /** For messages: the file, or `texts (12 files)`. */
  readonly name: string;
  readonly files: readonly string[];
  readonly hasDocuments: boolean;
  /** Whether all of it is held in memory; otherwise each reading goes to the files. */
  readonly inMemory: boolean;
  pieces(): Iterable<Piece> | AsyncIterable<Piece>;
}

/** UTF-16 units up to which a text is held in memory. */
const MEMORY_LIMIT = 1 << 25;

/**
 * Opens the text that files, folders and patterns stand for (see {@link findFiles}). A small one is read at once and held; of a
 * larger one nothing is kept.
 *
 * @throws UserError 'data' when there are no files or no text in them, and, as the text is read, for what is not text.
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
  // Packed files are larger than they look; the others take at least a third of a unit a byte.
  const held = size <= 3 * memoryLimit ? await readUpTo(memoryLimit, readDocuments(files, options)) : undefined;
  if (held !== undefined) {
    if (held.length === 0) {
      const what =
        files.length > 1 ? `${name}: all files are` : files[0] === STANDARD_INPUT ? `${name} is` : `${name}: the file is`;
      throw new UserError('data', `${what} empty, where text is expected`);
    }
    return { name, files, hasDocuments, inMemory: true, pieces: () => held };
  }
  const pipe = files.find((_, i) => sizes[i] === undefined);
  if (pipe !== undefined) {
    throw new UserError(
      'data',
      `${fileName(pipe)}: a text of this size is read several times, so it must be a file; save it first`,
    );
  }
  return { name, files, hasDocuments, inMemory: false, pieces: () => readDocuments(files, options) };
}

/** Whether some of the files are lines of JSON. */
export const hasJsonLines = (texts: readonly CorpusText[]) => texts.some(({ files }) => files.some(isJsonLines));

/** Bytes of a file; undefined for a pipe and the like. A file that is not there is left to whoever reads it. */
async function sizeOf(file: string): Promise<number | undefined> {
  if (file === STANDARD_INPUT) return undefined;
  try {
    const stats = await stat(file);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    return 0;
  }
}

/** All pieces with text, or undefined when they are more than `limit` UTF-16 units. */
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
