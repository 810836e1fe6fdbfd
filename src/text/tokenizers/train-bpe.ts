import { UserError } from '../../foundation/errors.js';
import { byteCharacters } from './byte-alphabet.js';
import type { BytePairs, Merge } from './byte-pairs/byte-pairs.js';
import { createPairCounts } from './byte-pairs/pair-counts.js';
import { forEachPiece, lastPieceStart } from './byte-pairs/pre-tokenize.js';
import type { CutText } from './tokenizer.js';
import { countToken, MAXIMUM_TOKENS } from './vocabulary.js';

/** A pair that occurs once does not generalize to other text. */
const MINIMUM_COUNT = 2;

/** Learns byte pairs from a text in pieces. */
interface BytePairTrainer {
  readonly cut: CutText;
  add(piece: string): void;
  finish(): BytePairs;
}

/**
 * The byte-pair encoding of a training text (Sennrich et al. 2016). Starting with the 256 bytes, whose ids are their values, the most
 * frequent pair of adjacent tokens becomes a new token, until the vocabulary has the requested size. Of equally frequent pairs the one with
 * the smaller left id comes first, then the one with the smaller right id, so that the same text always gives the same vocabulary. The
 * vocabulary is smaller than requested when no pair occurs twice any more.
 *
 * The pieces of the text must not split words. `finish` throws a UserError 'data' when there is no text, `add` when it has too many
 * different words.
 *
 * @param vocabularySize the size of the vocabulary, including the 256 bytes
 */
export function bytePairTrainer(vocabularySize: number): BytePairTrainer {
  const counts = new Map<string, number>();
  return { cut: lastPieceStart, add: (piece) => countWords(counts, piece), finish: () => mergePairs(counts, vocabularySize) };
}

function mergePairs(counts: Map<string, number>, vocabularySize: number): BytePairs {
  if (counts.size === 0) throw new UserError('data', 'the training text has no characters');
  const pairs = createPairCounts(counts);
  const tokens = [...byteCharacters];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: Merge[] = [];
  const done = new Set<string>();

  while (tokens.length < vocabularySize) {
    const pair = pairs.takeMostFrequent(MINIMUM_COUNT);
    if (pair === undefined) break;
    const [left, right] = pair;
    const token = tokens[left]! + tokens[right]!;
    // Two merges can produce the same bytes (a + bc, ab + c): that is one token, and the vocabulary does not grow.
    const id = ids.get(token) ?? tokens.push(token) - 1;
    ids.set(token, id);
    pairs.merge(left, right, id);
    // For the same reason a pair can occur again after it was merged.
    const key = `${left} ${right}`;
    if (!done.has(key)) merges.push([left, right]);
    done.add(key);
  }
  return { tokens, merges, added: [] };
}

/** Counts the pieces of the pre-tokenizer. */
function countWords(counts: Map<string, number>, text: string): void {
  forEachPiece(text, (start, end) => {
    countToken(counts, text.slice(start, end));
    if (counts.size > MAXIMUM_TOKENS) {
      const remedy = 'use tokenizer.type: byte, or train the vocabulary on a part and name it as tokenizer.file';
      throw new UserError('data', `the training text has more than ${MAXIMUM_TOKENS} different words; ${remedy}`);
    }
  });
}
