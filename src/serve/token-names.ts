import { utf8Text } from '../foundation/bytes.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/**
 * Returns the function that names tokens in answers: the text of the token; `bytes:\xe2\x80` for a part of a character, as in OpenAI's
 * interface; and for a token without text its name in the vocabulary, such as `<eos>`.
 */
export function tokenNames(tokenizer: Tokenizer): (id: number) => string {
  let bytes: readonly Uint8Array[] | undefined;
  return (id) => {
    bytes ??= tokenizer.tokenBytes();
    const own = bytes[id]!;
    if (own.length === 0) return tokenizer.vocabulary.tokenOf(id);
    const text = utf8Text(own);
    if (!text.includes('\ufffd')) return text;
    return `bytes:${Array.from(own, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}`;
  };
}
