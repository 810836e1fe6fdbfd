import { UserError } from '../../foundation/errors.js';
import type { Tokenizer } from '../tokenizers/tokenizer.js';
import { cleanedLines } from './cleaned-lines.js';
import { tokenMatcher } from './token-forms.js';

/** Pairs of related tokens, each pair once. */
export interface WordRelations {
  /** The ids of the tokens of each pair. */
  readonly first: Int32Array;
  readonly second: Int32Array;
  /** The weight of each pair: 1 / (related tokens of the first) + 1 / (related tokens of the second). */
  readonly shares: Float32Array;
  /** Words in the file, and those of them that are not in the vocabulary. */
  readonly words: number;
  readonly unknown: number;
}

const LONGEST_LINE = 1 << 20;
const MOST_PAIRS = 4_000_000;

/**
 * Reads related words: in each line a word and its related words, separated by spaces or tabs, as the lexicons of Faruqui et al. 2015. A word
 * is found in the vocabulary as in a file of vectors (`tokenMatcher`); words that are not there are counted and left out.
 *
 * @throws UserError `data` for a file without two related words of the vocabulary, for too many pairs, and for a file that is no text
 */
export async function readWordRelations(path: string, tokenizer: Tokenizer): Promise<WordRelations> {
  const { size } = tokenizer.vocabulary;
  const match = tokenMatcher(tokenizer);
  const pairs = new Set<number>();
  let [words, unknown] = [0, 0];
  const tokenOf = (word: string) => {
    const [best] = match(word).toSorted((a, b) => a.rank - b.rank);
    words++;
    if (best === undefined) unknown++;
    return best?.id;
  };
  for await (const line of cleanedLines(path, LONGEST_LINE, 'list of related words')) {
    const [id, ...related] = line
      .split(' ')
      .filter((word) => word !== '')
      .map(tokenOf);
    if (id === undefined) continue;
    for (const other of related) {
      if (other !== undefined && other !== id) pairs.add(Math.min(id, other) * size + Math.max(id, other));
    }
    if (pairs.size > MOST_PAIRS)
      throw new UserError('data', `${path} has more than ${MOST_PAIRS} pairs of related words: leave some of them out`);
  }
  if (pairs.size === 0)
    throw new UserError(
      'data',
      `${path}: none of its ${words} words is in the vocabulary together with a related one. Each line has a word and its related words`,
    );
  const first = Int32Array.from(pairs, (pair) => Math.floor(pair / size));
  const second = Int32Array.from(pairs, (pair) => pair % size);
  const degrees = new Float64Array(size);
  for (const ids of [first, second]) for (const id of ids) degrees[id]!++;
  const shares = Float32Array.from(first, (id, i) => 1 / degrees[id]! + 1 / degrees[second[i]!]!);
  return { first, second, shares, words, unknown };
}
