import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/**
 * What a model is given to begin with when there is no prompt: the end of a document, after which another begins; where it was
 * not trained on documents, a line end, after which a text may well begin; where the vocabulary has neither, its first token, which is the most frequent (but for `<unk>`, if there is any other).
 */
export function firstToken({ documentEndId, lineEndId, vocabulary }: Tokenizer): number {
  return documentEndId ?? lineEndId ?? (vocabulary.unknownId === 0 && vocabulary.size > 1 ? 1 : 0);
}
