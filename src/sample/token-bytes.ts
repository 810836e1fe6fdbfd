import { bytesOfToken } from '../text/tokenizers/byte-alphabet.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/**
 * The bytes of UTF-8 that each token adds to a text, by id; of words, without the space that stands before them within a line.
 */
export function tokenBytes(tokenizer: Tokenizer): Uint8Array[] {
  const state = tokenizer.toJSON();
  const { tokens } = tokenizer.vocabulary;
  if (state.type === 'byte') return tokens.map((name, id) => (id < 256 ? Uint8Array.of(id) : Buffer.from(name, 'utf8')));
  if (state.type !== 'bpe') return tokens.map((_, id) => Buffer.from(tokenizer.decode([id]), 'utf8'));
  const added = new Set(state.added);
  // Tokens may be parts of characters, which have no text of their own.
  return tokens.map((token, id) => (added.has(id) ? undefined : bytesOfToken(token)) ?? Buffer.from(token, 'utf8'));
}
