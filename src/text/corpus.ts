import { constants } from 'node:buffer';
import { stat } from 'node:fs/promises';
import { UserError } from '../foundation/errors.js';
import { type Arrangement, arrangementOf, arrangeTexts, asGiven, describedArrangement } from './arrangement.js';
import type { SplitBoundary } from './boundaries.js';
import { type CorpusText, hasJsonLines, openText } from './corpus-text.js';
import { cutCorpus, describedReading, kindOfFileName, type OpenCorpus } from './cut-corpus.js';
import { readPieces, STANDARD_INPUT } from './reading/read-file.js';
import { plainReading, type ReadingOptions } from './reading/reading-options.js';
import { unreadable } from './reading/unreadable.js';
import { type Origin, type SplitFractions, type SplitName, splitNames } from './splits.js';

export type { OpenCorpus } from './cut-corpus.js';

/** Files, folders and patterns. */
export type Paths = string | readonly string[];

/** One text, divided into contiguous fractions. */
export interface SplitCorpusOptions {
  path: Paths;
  split: SplitFractions;
  boundary: SplitBoundary;
}

/** A text for each split. */
export interface SeparateCorpusOptions {
  train: Paths;
  validation?: Paths | undefined;
  test?: Paths | undefined;
}

export type CorpusOptions = (SplitCorpusOptions | SeparateCorpusOptions) & Partial<ReadingOptions> & Partial<Arrangement>;

/**
 * Opens a corpus and its splits.
 *
 * @throws UserError 'data' for files that do not exist or have no text (see {@link openText}) and for a file that is in two splits, 'usage'
 *   for a field when no file has fields. During reading: 'data' for invalid text and for an empty split
 */
export async function openCorpus(options: CorpusOptions, memoryLimit?: number): Promise<OpenCorpus> {
  const reading = { ...plainReading, ...given(options) };
  const arrangement = arrangementOf(options);
  const corpus =
    'path' in options
      ? cutCorpus(
          arrangeTexts([await openText(files(options.path), reading, memoryLimit)], arrangement)[0]!,
          options.split,
          options.boundary,
          reading,
          arrangement,
        )
      : await openSeparate(separateFiles(options), reading, memoryLimit, arrangement);
  if (options.field !== undefined && !hasJsonLines(corpus.texts)) {
    const why = 'only files that end in .jsonl or .jsonl.gz have fields, and there is none. Leave it out.';
    throw new UserError('usage', `corpus.field is ${JSON.stringify(options.field)}: ${why}`);
  }
  return corpus;
}

/** A corpus is read several times, and a model file may name it, so `-` is a file here, not standard input as in {@link openPath}. */
const files = (paths: Paths) => [paths].flat().map((path) => (path === STANDARD_INPUT ? `./${path}` : path));

function separateFiles({ train, validation, test }: SeparateCorpusOptions): SeparateCorpusOptions {
  return { train: files(train), ...(validation && { validation: files(validation) }), ...(test && { test: files(test) }) };
}

function given({ field, documents, sequences, normalization }: Partial<ReadingOptions>): Partial<ReadingOptions> {
  return {
    ...(field !== undefined && { field }),
    ...(documents && { documents }),
    ...(sequences && { sequences }),
    ...(normalization && { normalization }),
  };
}

/** Opens one text, which may be standard input (`-`), as a test split. @throws UserError as {@link openCorpus} does. */
export function openPath(path: Paths, reading: Partial<ReadingOptions>, memoryLimit?: number): Promise<OpenCorpus> {
  return openSeparate({ test: path }, { ...plainReading, ...given(reading) }, memoryLimit);
}

async function openSeparate(
  options: Partial<SeparateCorpusOptions>,
  reading: ReadingOptions,
  memoryLimit?: number,
  arrangement: Arrangement = asGiven,
): Promise<OpenCorpus> {
  const texts = new Map<SplitName, CorpusText>();
  const taken = new Map<string, { split: SplitName; file: string }>();
  for (const split of splitNames) {
    const paths = options[split];
    if (paths === undefined) continue;
    const text = await openText(paths, reading, memoryLimit);
    for (const file of text.files) {
      const identity = await fileIdentity(file);
      const other = taken.get(identity);
      if (other !== undefined) {
        const same = other.file === file ? file : `${file} (the same file as ${other.file})`;
        const why = 'what is measured would be what was learned. Name it once.';
        throw new UserError('data', `${same} is in corpus.${other.split} and in corpus.${split}: ${why}`);
      }
      taken.set(identity, { split, file });
    }
    texts.set(split, text);
  }
  const arranged = arrangeTexts([...texts.values()], arrangement);
  for (const [index, split] of [...texts.keys()].entries()) texts.set(split, arranged[index]!);
  return {
    splits: [...texts.keys()],
    texts: [...texts.values()],
    hasDocuments: reading.documents !== 'none',
    sequences: reading.sequences,
    normalization: reading.normalization,
    inMemory: [...texts.values()].every(({ inMemory }) => inMemory),
    description: {
      reading: describedReading(reading),
      kinds: [...texts].map(([split, { files }]) => [split, files.map(kindOfFileName)]),
      ...describedArrangement(arrangement),
    },
    async origins() {
      return Object.fromEntries([...texts].map(([split, { name }]) => [split, { file: name }]));
    },
    async *read(only) {
      for (const [split, text] of texts) {
        if ((only ?? split) !== split) continue;
        for await (const piece of text.pieces()) yield { split, ...piece };
      }
    },
  };
}

/** An identity of a file that is equal for all of its names, including links of either kind. */
async function fileIdentity(file: string): Promise<string> {
  if (file === STANDARD_INPUT) return file;
  try {
    const { dev, ino } = await stat(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    throw unreadable(file, error as NodeJS.ErrnoException);
  }
}

/**
 * The whole text of a split; only for one that fits into memory.
 * @param documentEnd the text that stands for the end of a document, see {@link documentEndText}
 */
export async function wholeSplit(corpus: OpenCorpus, split: SplitName, documentEnd = ''): Promise<string> {
  let whole = '';
  for await (const { text, endsDocument } of corpus.read(split)) whole += endsDocument ? text + documentEnd : text;
  return whole;
}

/** The text that ends a document, for measures of the text: a line end where each line is a document; elsewhere it has none. */
export const documentEndText = ({ documents }: Pick<ReadingOptions, 'documents'>) => (documents === 'lines' ? '\n' : '');

/** The whole text of each split, and its origin. */
export interface Corpus {
  train: string;
  validation?: string;
  test?: string;
  origins: { train: Origin; validation?: Origin; test?: Origin };
}

/**
 * Reads a whole corpus; only for one that fits into memory. Documents are joined, lines with line ends between them.
 *
 * @throws UserError as {@link openCorpus} does
 */
export async function loadCorpus(options: CorpusOptions): Promise<Corpus> {
  const { documents = 'none' } = options;
  return wholeSplits(await openCorpus(options), documentEndText({ documents }));
}

/** All splits of a corpus in memory. @param documentEnd as for {@link wholeSplit} */
export async function wholeSplits(corpus: OpenCorpus, documentEnd = ''): Promise<Corpus> {
  const texts: Partial<Record<SplitName, string>> = {};
  for (const split of corpus.splits) texts[split] = await wholeSplit(corpus, split, documentEnd);
  return { ...texts, origins: await corpus.origins() } as Corpus;
}

/**
 * Reads a whole UTF-8 text file (a .gz file is decompressed), or standard input for `-`. A byte order mark at its start is removed; line
 * ends are not changed.
 *
 * @param maximumLength the most UTF-16 units of the text; the default is the limit of one JavaScript string (about 537 million)
 * @throws UserError 'data' naming the file when it is missing, unreadable, a directory, empty, too long, binary (NUL bytes), or not valid
 *   UTF-8
 */
export async function readTextFile(path: string, maximumLength: number = constants.MAX_STRING_LENGTH): Promise<string> {
  const pieces: string[] = [];
  let length = 0;
  for await (const piece of readPieces(path)) {
    length += piece.length;
    if (length > maximumLength) {
      const limit = `more than ${maximumLength} characters, which is more than can be read as one text`;
      throw new UserError('data', `${path}: ${limit}. Use a smaller part of the file.`);
    }
    pieces.push(piece);
  }
  if (length === 0) {
    const what = path === STANDARD_INPUT ? 'standard input is' : `${path}: the file is`;
    throw new UserError('data', `${what} empty, where text is expected`);
  }
  return pieces.join('');
}
