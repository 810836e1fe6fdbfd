import { utf8Bytes } from '../../foundation/bytes.js';
import { byteCharacters } from './byte-alphabet.js';
import { byteDecoding } from './byte-decoder.js';
import { cutAnywhere, type Tokenizer } from './tokenizer.js';
import { checkedSetting, declareTokenizer } from './tokenizer-declaration.js';
import { createVocabulary, END } from './vocabulary.js';

/**
 * One token for each byte of UTF-8, whose id is the byte's value: 256 tokens for any script, and nothing is unknown. With documents there
 * is one more, `<eos>`, which ends them and which no text encodes to. Any text is reproduced exactly (except unpaired surrogates, which
 * UTF-8 cannot encode). Ids that are not UTF-8 decode to U+FFFD.
 *
 * The tokens' names in the vocabulary are those of {@link byteCharacters}.
 */
export function byteTokenizer({ documentEnd = false }: { documentEnd?: boolean | undefined } = {}): Tokenizer {
  const names = documentEnd ? [...byteCharacters, END] : byteCharacters;
  return {
    type: 'byte',
    vocabulary: createVocabulary(names),
    lineEndId: 0x0a,
    documentEndId: documentEnd ? 256 : undefined,
    encode: (text) => new Int32Array(utf8Bytes(text)),
    cut: cutAnywhere,
    ...byteDecoding(names.map((name, id) => (id < 256 ? Uint8Array.of(id) : utf8Bytes(name)))),
    blanks: 'none',
    toJSON: () => ({ type: 'byte', ...(documentEnd && { documentEnd }) }),
  };
}

export const byteTokens = declareTokenizer({
  type: 'byte',
  describe: 'One token for each byte of UTF-8: 256 tokens for any script, and nothing is unknown.',
  unit: 'byte',
  small: true,
  options: {},
  createTrainer: (_, documentEnd) => ({ cut: cutAnywhere, add() {}, finish: () => byteTokenizer({ documentEnd }) }),
  known: (documentEnd) => byteTokenizer({ documentEnd }),
  extensible: false,
  stateKeys: ['documentEnd'],
  read: ({ documentEnd }) => byteTokenizer({ documentEnd: checkedSetting(true, documentEnd, 'documentEnd') }),
});
