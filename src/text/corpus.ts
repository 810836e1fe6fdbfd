import { constants } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../errors.js';
import { countCodePoints } from './code-points.js';
import { type Corpus, type SplitBoundary, type SplitFractions, splitNames, splitText } from './splits.js';
import { createUtf8Decoder } from './utf8.js';

/** One file, cut into contiguous fractions. */
export interface SingleFileCorpus {
  path: string;
  split: SplitFractions;
  boundary: SplitBoundary;
}

/** One file for each split. */
export interface SeparateFilesCorpus {
  train: string;
  validation?: string | undefined;
  test?: string | undefined;
}

export type CorpusOptions = SingleFileCorpus | SeparateFilesCorpus;

/**
 * Reads a corpus and its splits.
 *
 * @throws UserError 'data' for a file that cannot be read as text (see {@link readTextFile}) and for an empty split.
 */
export async function loadCorpus(options: CorpusOptions): Promise<Corpus> {
  if ('path' in options) {
    return splitText(await readTextFile(options.path), options.split, options.boundary, options.path);
  }
  const texts: Partial<Corpus> = {};
  const origins: Partial<Corpus['origins']> = {};
  for (const name of splitNames) {
    const file = options[name];
    if (file === undefined) continue;
    const text = await readTextFile(file);
    texts[name] = text;
    origins[name] = { file, start: 0, end: countCodePoints(text) };
  }
  return { ...texts, origins } as Corpus;
}

/**
 * Reads a whole UTF-8 text file. A byte order mark at its start is dropped; line ends stay as they are.
 *
 * @param maximumLength UTF-16 units that the text may have; the default is what one JavaScript string can hold (about 537 million).
 * @throws UserError 'data' naming the file when it is missing, unreadable, a directory, empty, too long, binary (NUL bytes), or
 *   not valid UTF-8.
 */
export async function readTextFile(path: string, maximumLength: number = constants.MAX_STRING_LENGTH): Promise<string> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const text = await decodeFile(handle, path, maximumLength);
    if (text === '') throw new UserError('data', `${path}: the file is empty, where text is expected`);
    return text;
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(path, error as NodeJS.ErrnoException);
  } finally {
    await handle?.close();
  }
}

/** Chunk by chunk, so that the bytes of a large file never stand in memory beside its text. */
async function decodeFile(handle: FileHandle, path: string, maximumLength: number): Promise<string> {
  const decoder = createUtf8Decoder(path);
  const chunk = new Uint8Array(1 << 20);
  const pieces: string[] = [];
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length);
    if (bytesRead === 0) break;
    const piece = decoder.push(chunk.subarray(0, bytesRead));
    length += piece.length;
    if (length > maximumLength) {
      const limit = `more than ${maximumLength} characters, which is more than can be read as one text`;
      throw new UserError('data', `${path}: ${limit}. Use a smaller part of the file.`);
    }
    pieces.push(piece);
  }
  decoder.end();
  return pieces.join('');
}

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file: a part of the path is not a folder',
  EISDIR: 'this is a folder, where a text file is expected',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

function unreadable(path: string, error: NodeJS.ErrnoException): UserError {
  const reason = reasons[error.code ?? ''] ?? error.message;
  const absolute = resolve(path);
  const place = absolute === path ? '' : ` (${absolute})`;
  return new UserError('data', `${path}: cannot be read: ${reason}${place}`, { cause: error });
}
