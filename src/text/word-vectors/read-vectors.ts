import { UserError } from '../../foundation/errors.js';
import type { Tokenizer } from '../tokenizers/tokenizer.js';
import { cleanedLines } from './cleaned-lines.js';
import { NO_MATCH, tokenMatcher } from './token-forms.js';

/** Vectors of the tokens of a vocabulary that a file contains. */
export interface WordVectors {
  /** The ids that have a vector, in ascending order. */
  readonly ids: Int32Array;
  /** Their vectors, [ids.length, columns]. */
  readonly values: Float32Array;
}

/** UTF-16 units of the longest line: several times that of the largest vector with all digits of its numbers. */
const LONGEST_LINE = 1 << 23;

/**
 * Reads vectors in the text form of word2vec and fastText (`.vec`: a first line with their number and size) or of GloVe (no such line): one
 * line for each token, followed by its numbers, separated by spaces. A file that ends in .gz is decompressed. The file may be larger than
 * memory: only vectors of tokens in the vocabulary are stored, the first of equally good matches (see `tokenMatcher`).
 *
 * @param columns numbers of a vector
 * @throws UserError `data` naming the line: another number of columns, an invalid number, fewer vectors than the first line says; and for a
 *   file without any token of the vocabulary
 */
export async function readWordVectors(path: string, tokenizer: Tokenizer, columns: number): Promise<WordVectors> {
  const { size } = tokenizer.vocabulary;
  const match = tokenMatcher(tokenizer);
  const ranks = new Uint8Array(size).fill(NO_MATCH);
  const all = new Map<number, Float32Array>();
  let expected: number | undefined;
  let vectors = 0;
  let number = 0;
  for await (const line of cleanedLines(path, LONGEST_LINE, 'text of vectors')) {
    number++;
    const fail = (trouble: string) => new UserError('data', `${path}:${number}: ${trouble}`);
    const header = number === 1 ? /^(\d+) (\d+)$/.exec(line) : null;
    if (header) {
      expected = Number(header[1]);
      if (Number(header[2]) !== columns) throw otherSize(path, Number(header[2]), columns);
      continue;
    }
    if (line === '') continue;
    vectors++;
    const end = endOfToken(line, columns);
    if (vectors === 1 && end !== line.indexOf(' ')) throw otherSize(path, line.split(' ').length - 1, columns);
    if (end === undefined)
      throw fail(`a token and ${columns} numbers are expected, and there are ${line.split(' ').length} fields`);
    const better = match(line.slice(0, end)).filter(({ id, rank }) => rank < ranks[id]!);
    if (better.length === 0) continue;
    const vector = numbersOf(line.slice(end + 1), columns, fail);
    for (const { id, rank } of better) {
      ranks[id] = rank;
      all.set(id, vector);
    }
  }
  if (expected !== undefined && vectors !== expected)
    throw new UserError('data', `${path} has ${vectors} vectors, and its first line says ${expected}: it is not complete`);
  if (all.size === 0)
    throw new UserError(
      'data',
      `${path}: none of its ${vectors} tokens is in the vocabulary. Is tokenizer.type the right one?`,
    );
  return inOrder(all, columns);
}

function inOrder(all: ReadonlyMap<number, Float32Array>, columns: number): WordVectors {
  const ids = Int32Array.from(all.keys()).sort();
  const values = new Float32Array(ids.length * columns);
  ids.forEach((id, i) => void values.set(all.get(id)!, i * columns));
  return { ids, values };
}

const otherSize = (path: string, found: number, columns: number) =>
  new UserError(
    'data',
    `${path} has vectors of ${found} numbers, and model.embedding.size is ${columns}: set model.embedding.size to ${found}, or choose other vectors`,
  );

/** The index of the space before the last `columns` fields: a token may contain spaces, as some of GloVe's do. */
function endOfToken(line: string, columns: number): number | undefined {
  let end = line.length;
  for (let field = 0; field < columns; field++) {
    end = line.lastIndexOf(' ', end - 1);
    if (end <= 0) return undefined;
  }
  return end;
}

function numbersOf(text: string, columns: number, fail: (trouble: string) => Error): Float32Array {
  const fields = text.split(' ');
  return Float32Array.from({ length: columns }, (_, i) => {
    const value = Math.fround(Number(fields[i]));
    if (fields[i] === '' || !Number.isFinite(value)) throw fail(`${JSON.stringify(fields[i]!.slice(0, 40))} is not a number`);
    return value;
  });
}
