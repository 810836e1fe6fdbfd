import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/**
 * What a model is given to begin with when there is no prompt: a line end, after which a text may well begin; where the vocabulary
 * has none, its first token, which is the most frequent (but for `<unk>`, if there is any other).
 */
export function firstToken({ lineEndId, vocabulary }: Tokenizer): number {
  return lineEndId ?? (vocabulary.unknownId === 0 && vocabulary.size > 1 ? 1 : 0);
}
