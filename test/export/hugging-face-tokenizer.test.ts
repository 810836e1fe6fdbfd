import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { huggingFaceTokenizer } from '../../src/export/hugging-face-tokenizer.js';
import type { TextNormalization } from '../../src/text/reading/reading-options.js';
import { type TokenizerOptions, tokenizerFromJSON, trainTokenizer } from '../../src/text/tokenizers/index.js';
import { normalizing } from '../../src/text/tokenizers/normalizing.js';
import type { Tokenizer } from '../../src/text/tokenizers/tokenizer.js';
import { anyText, mixedTexts } from '../text/tokenizers/mixed-texts.js';

const normalizations: (TextNormalization | undefined)[] = [
  undefined,
  { unicode: 'NFC', newlines: 'keep' },
  { unicode: 'NFKC', newlines: 'lf' },
];
const training = [...mixedTexts, ...mixedTexts, 'the fox said to the crow; x<eos>y ##s\n'.repeat(3)];

/** The library of Hugging Face on a file of ours. */
function theirs(tokenizer: Tokenizer, normalization: TextNormalization | undefined) {
  const file = huggingFaceTokenizer(tokenizer.toJSON(), normalization);
  if (!('json' in file)) throw new Error(file.missing);
  const library = new HuggingFaceTokenizer(JSON.parse(file.json), {});
  return {
    encode: (text: string): number[] => library.encode(text).ids,
    decode: (ids: number[]): string => library.decode(ids, { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
  };
}

const trained: [name: string, options: TokenizerOptions][] = [
  ['characters with <unk>', { type: 'character', minimumCount: 3 }],
  ['characters and <eos>', { type: 'character', minimumCount: 3, documentEnd: true }],
  ['words', { type: 'word', minimumCount: 2 }],
  ['bytes', { type: 'byte' }],
  ['bytes and <eos>', { type: 'byte', documentEnd: true }],
  ['byte pairs', { type: 'bpe', vocabularySize: 300 }],
];

describe('a tokenizer.json, read by the library of Hugging Face', () => {
  it.each(trained)('gives our ids and texts: %s', (_, options) => {
    const plain = trainTokenizer(options, training);
    for (const normalization of normalizations) {
      const ours = normalization ? normalizing(plain, normalization) : plain;
      const { encode, decode } = theirs(plain, normalization);
      const check = (text: string) => {
        const ids = Array.from(ours.encode(text));
        expect(encode(text)).toEqual(ids);
        // Their library leaves out the text of an empty list.
        if (ids.length > 0) expect(decode(ids)).toBe(ours.decode(ids));
      };
      for (const text of mixedTexts) check(text);
      fc.assert(fc.property(anyText, check), { numRuns: 60 });
    }
  });

  it('decodes every sequence of words as we do', () => {
    const tokenizer = trainTokenizer({ type: 'word' }, training);
    const { decode } = theirs(tokenizer, undefined);
    const ids = fc.array(fc.nat(tokenizer.vocabulary.size - 1), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(ids, (list) => {
        expect(decode(list)).toBe(tokenizer.decode(list));
      }),
    );
  });

  it('does not exist for words with settings that it cannot express, and the reason names them', () => {
    const state = trainTokenizer({ type: 'word', case: 'lower', spaces: 'exact' }, training).toJSON();
    expect(huggingFaceTokenizer(state, undefined)).toEqual({
      missing: 'it cannot express the setting case, spaces of this word tokenizer',
    });
  });

  it('has no token <unk> where ours has none', () => {
    const tokenizer = tokenizerFromJSON({ type: 'character', tokens: ['a', 'b'] });
    const file = huggingFaceTokenizer(tokenizer.toJSON(), undefined);
    expect(JSON.parse('json' in file ? file.json : '').model).toMatchObject({ unk_token: '<unk>', vocab: { a: 0, b: 1 } });
  });
});
