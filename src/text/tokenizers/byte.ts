import { byteCharacters } from './byte-alphabet.js';
import { byteDecoding } from './byte-decoder.js';
import type { Tokenizer } from './tokenizer.js';
import { createVocabulary } from './vocabulary.js';

/**
 * One token a byte of UTF-8, its id the byte's value: 256 tokens for any script, none of them special, nothing unknown. Any
 * text comes back exactly (but for unpaired surrogates, which are no text: UTF-8 has none). Ids that are not UTF-8 decode to U+FFFD.
 *
 * The tokens' names in the vocabulary are those of {@link byteCharacters}.
 */
export function byteTokenizer(): Tokenizer {
  return {
    type: 'byte',
    vocabulary: createVocabulary(byteCharacters),
    lineEndId: 0x0a,
    encode: (text) => Int32Array.from(Buffer.from(text, 'utf8')),
    ...byteDecoding(byteCharacters.map((_, byte) => Uint8Array.of(byte))),
    toJSON: () => ({ type: 'byte' }),
  };
}
