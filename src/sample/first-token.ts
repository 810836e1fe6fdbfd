import type { Vocabulary } from '../text/tokenizers/vocabulary.js';
import { END_OF_LINE } from '../text/tokenizers/word.js';

/**
 * What a model is given to begin with when there is no prompt: a line end, after which a text may well begin; where the vocabulary
 * has none, its first token, which is the most frequent (but for `<unk>`, if there is any other).
 */
export function firstToken(vocabulary: Vocabulary): number {
  const lineEnd = vocabulary.idOf(END_OF_LINE) ?? vocabulary.idOf('\n');
  if (lineEnd !== undefined) return lineEnd;
  return vocabulary.unknownId === 0 && vocabulary.size > 1 ? 1 : 0;
}
