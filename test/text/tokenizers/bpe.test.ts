import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/foundation/errors.js';
import { bpeTokenizer } from '../../../src/text/tokenizers/bpe.js';
import { byteCharacters } from '../../../src/text/tokenizers/byte-alphabet.js';
import { trainTokenizer } from '../../../src/text/tokenizers/index.js';
import { anyText, mixedTexts } from './mixed-texts.js';

const tokenizer = trainTokenizer(
  { type: 'bpe', vocabularySize: 500 },
  mixedTexts.flatMap((text) => [text, text]),
);

/** A vocabulary of the bytes, these merges by name, and these tokens that are looked for first. */
function withMerges(names: readonly (readonly [string, string])[], added: readonly string[] = []) {
  const tokens = [...byteCharacters, ...new Set(names.map(([left, right]) => left + right)), ...added];
  return bpeTokenizer({
    tokens,
    merges: names.map(([left, right]) => [tokens.indexOf(left), tokens.indexOf(right)]),
    added: added.map((text) => tokens.indexOf(text)),
  });
}

/** The names of the tokens that a text becomes. */
const namesOf = (own: ReturnType<typeof withMerges>, text: string) =>
  Array.from(own.encode(text), (id) => own.vocabulary.tokenOf(id)).join(' ');

describe('byte-pair encoding', () => {
  it('reproduces any text, whole and as a stream', () => {
    const check = (text: string) => {
      const ids = tokenizer.encode(text);
      const decoder = tokenizer.createDecoder();
      expect(tokenizer.decode(ids)).toBe(text);
      expect(Array.from(ids, (id) => decoder.push(id)).join('') + decoder.end()).toBe(text);
    };
    expect(tokenizer.vocabulary.size).toBe(500);
    mixedTexts.forEach(check);
    fc.assert(fc.property(anyText, check));
  });

  it('decodes any ids as a stream', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 499 }), { maxLength: 40 }), (ids) => {
        const decoder = tokenizer.createDecoder();
        const pieces = ids.map((id) => decoder.push(id));
        for (const piece of pieces) expect(piece).not.toMatch(/\p{Surrogate}/u);
        expect(pieces.join('') + decoder.end()).toBe(tokenizer.decode(ids));
      }),
    );
  });

  it('merges by rank, equal ranks from the left, and merged tokens again', () => {
    expect(
      namesOf(
        withMerges([
          ['b', 'c'],
          ['a', 'b'],
          ['a', 'bc'],
        ]),
        'abcab',
      ),
    ).toBe('abc ab');
    expect(
      namesOf(
        withMerges([
          ['a', 'b'],
          ['b', 'c'],
        ]),
        'abc',
      ),
    ).toBe('ab c');
    expect(
      namesOf(
        withMerges([
          ['a', 'a'],
          ['aa', 'aa'],
        ]),
        'aaaaaaa',
      ),
    ).toBe('aaaa aa a');
    expect(namesOf(withMerges([['Ġ', 'a']]), 'a a  a')).toBe('a Ġa Ġ Ġa');
  });

  it('finds added tokens before all else, the longest of those that begin at one place', () => {
    const own = withMerges([['e', 'n']], ['<|end|>', '<|end|>!', 'né']);
    expect(namesOf(own, 'en<|end|>!en<|end|>')).toBe('en <|end|>! en <|end|>');
    expect(own.decode(own.encode('a né b<|end|>'))).toBe('a né b<|end|>');
    // The white space before an added token ends the text before it.
    expect(namesOf(withMerges([['Ġ', 'Ġ']], ['<s>']), 'a  <s>')).toBe('a ĠĠ <s>');
  });

  it('gives the same ids for a cached word and for a new one', () => {
    const text = 'the family of the flag';
    const fresh = trainTokenizer(
      { type: 'bpe', vocabularySize: 500 },
      mixedTexts.flatMap((piece) => [piece, piece]),
    );
    const first = fresh.encode(text);
    expect(fresh.encode(text)).toEqual(first);
    first.fill(0);
    expect(fresh.encode(text)).toEqual(tokenizer.encode(text));
  });

  it('continues after more words than it caches', () => {
    const words = Array.from({ length: 100_100 }, (_, i) => ` ${i}`).join('');
    const ids = tokenizer.encode(words);
    expect(tokenizer.decode(ids) === words).toBe(true);
    expect(tokenizer.encode(words).every((id, i) => id === ids[i])).toBe(true);
  });

  it('encodes a piece of a million characters quickly', () => {
    const text = 'ab'.repeat(500_000);
    const own = withMerges([
      ['a', 'b'],
      ['ab', 'ab'],
      ['abab', 'abab'],
    ]);
    const ids = own.encode(text);
    expect(ids.length).toBe(125_000);
    expect(own.decode(ids) === text).toBe(true);
  });

  it('has no unknown token, and a token that ends a line', () => {
    expect(tokenizer.vocabulary.unknownId).toBeUndefined();
    expect(tokenizer.decode([tokenizer.lineEndId!])).toBe('\n');
  });

  it('refuses ids that are not in the vocabulary', () => {
    expect(() => tokenizer.decode([500])).toThrow(UserError);
    expect(() => tokenizer.createDecoder().push(-1)).toThrow(UserError);
  });
});
