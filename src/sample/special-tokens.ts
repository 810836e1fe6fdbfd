import { utf8Bytes } from '../foundation/bytes.js';
import { UserError } from '../foundation/errors.js';
import { bytesOfToken } from '../text/tokenizers/byte-alphabet.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/**
 * What a model is given to begin with when there is no prompt: the end of a document, after which another begins; where it was
 * not trained on documents, a line end, after which a text may well begin; where the vocabulary has neither, its first token, which is the most frequent (but for `<unk>`, if there is any other).
 */
export function firstToken({ documentEndId, lineEndId, vocabulary }: Tokenizer): number {
  return documentEndId ?? lineEndId ?? (vocabulary.unknownId === 0 && vocabulary.size > 1 ? 1 : 0);
}

/**
 * The token that ends a text: that which stands between documents, and in a vocabulary of words at every line end.
 * @throws UserError usage when the vocabulary has none.
 */
export function endToken({ type, documentEndId }: Tokenizer): number {
  if (documentEndId !== undefined) return documentEndId;
  const remedy = 'end the text with a stop string, or train on a corpus with documents';
  throw new UserError('usage', `this model (its tokens are of type ${type}) has no token that ends a text: ${remedy}`);
}

/**
 * The bytes of UTF-8 that each token adds to a text, by id; of words, without the space that stands before them within a line.
 */
export function tokenBytes(tokenizer: Tokenizer): Uint8Array[] {
  const state = tokenizer.toJSON();
  const { tokens } = tokenizer.vocabulary;
  if (state.type === 'byte') return tokens.map((name, id) => (id < 256 ? Uint8Array.of(id) : utf8Bytes(name)));
  if (state.type !== 'bpe') return tokens.map((_, id) => utf8Bytes(tokenizer.decode([id])));
  const added = new Set(state.added);
  // Tokens may be parts of characters, which have no text of their own.
  return tokens.map((token, id) => (added.has(id) ? undefined : bytesOfToken(token)) ?? utf8Bytes(token));
}
