import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/foundation/errors.js';
import { trainTokenizer } from '../../../src/text/tokenizers/index.js';

const train = (text: string | string[], limits: { minimumCount?: number; maximumSize?: number } = {}) =>
  trainTokenizer({ type: 'character', ...limits }, text);
const text = fc.string({ unit: 'binary', minLength: 1 });

describe('the character tokenizer', () => {
  it('reproduces any text of known characters', () => {
    fc.assert(
      fc.property(text, fc.nat(), (s, seed) => {
        const tokenizer = train(s);
        const characters = [...s];
        const other = characters.map((_, i) => characters[(i * 7 + seed) % characters.length]).join('');
        for (const known of [s, other, '']) expect(tokenizer.decode(tokenizer.encode(known))).toBe(known);
      }),
    );
  });

  it('has one id a character: pairs of surrogates stay together, line ends stay apart', () => {
    const tokenizer = train('😀a\r\n😀a\r😀');
    expect(tokenizer.vocabulary.tokens).toEqual(['😀', '\r', 'a', '\n']);
    expect(tokenizer.encode('a😀\r\n')).toEqual(Int32Array.of(2, 0, 1, 3));
  });

  it('gives the same vocabulary for a text in pieces', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (pieces) => {
        expect(train(pieces).toJSON()).toEqual(train(pieces.join('')).toJSON());
      }),
    );
  });

  it('has <unk> only when the limits can exclude characters', () => {
    expect(train('aab').vocabulary.unknownId).toBeUndefined();
    expect(train('aab', { maximumSize: 2 }).vocabulary.unknownId).toBeUndefined();
    expect(train('aabbc', { maximumSize: 2 }).vocabulary.tokens).toEqual(['<unk>', 'a']);
    expect(train('aabb', { minimumCount: 2 }).vocabulary.tokens).toEqual(['<unk>', 'a', 'b']);
  });

  it('encodes unknown characters as <unk>, below and above its highest code point', () => {
    const tokenizer = train('bbdx', { minimumCount: 2 });
    expect(tokenizer.encode('a<b😀')).toEqual(Int32Array.of(0, 0, 1, 0));
    expect(tokenizer.decode([1, 0])).toBe('b<unk>');
  });

  it('refuses unknown characters without <unk>, and lists them safely', () => {
    const encode = (s: string) => () => train('abc').encode(s);
    expect(encode('cabé')).toThrow('1 character is not in the vocabulary: "é" (U+00E9)');
    expect(encode('\u001b[x\u001b')).toThrow('3 characters are not in the vocabulary: "\\u001b" (U+001B), "[", "x"');
    expect(encode('ABCDEFGHIJKL')).toThrow(/: ("[A-J]"(, )?){10} and 2 more$/);
    expect(encode('é')).toThrow(expect.objectContaining({ kind: 'data' }));
  });

  it('decodes a stream piece by piece', () => {
    const tokenizer = train('a😀');
    const decoder = tokenizer.createDecoder();
    expect([...tokenizer.encode('😀a')].map((id) => decoder.push(id))).toEqual(['😀', 'a']);
    expect(() => decoder.push(2)).toThrow(UserError);
  });

  it('cannot be trained on an empty text', () => {
    expect(() => train('')).toThrow('the training text has no characters');
  });
});
