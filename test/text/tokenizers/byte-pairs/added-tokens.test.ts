import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bpeTokenizer } from '../../../../src/text/tokenizers/bpe.js';
import { byteCharacters } from '../../../../src/text/tokenizers/byte-alphabet.js';
import { createAddedTokens } from '../../../../src/text/tokenizers/byte-pairs/added-tokens.js';

/** The longest token at each place, looked for one by one; from left to right without those that begin within another. */
function oneByOne(tokens: readonly string[], text: string) {
  const found: { id: number; start: number; end: number }[] = [];
  for (let start = 0; start < text.length; start++) {
    const here = tokens.filter((token) => text.startsWith(token, start)).sort((a, b) => b.length - a.length)[0];
    if (here === undefined) continue;
    found.push({ id: tokens.indexOf(here), start, end: start + here.length });
    start += here.length - 1;
  }
  return found;
}

const fewLetters = (maxLength: number, minLength = 0) =>
  fc.string({ unit: fc.constantFrom('a', 'b', ' ', '界'), minLength, maxLength });
const vocabularies = fc.uniqueArray(fewLetters(6, 1), { maxLength: 8 });

/** Byte pairs without merges. */
const tokenizerOf = (added: readonly string[]) =>
  bpeTokenizer({ tokens: [...byteCharacters, ...added], merges: [], added: added.map((_, i) => 256 + i) });

describe('added tokens', () => {
  it('are found from left to right, the longest of those that begin together', () => {
    fc.assert(
      fc.property(vocabularies, fewLetters(60), (tokens, text) => {
        expect(createAddedTokens(tokens.map((token, id) => [token, id])).find(text)).toEqual(oneByOne(tokens, text));
      }),
      { numRuns: 2000 },
    );
  });

  it('are not split where a text is cut, however it continues', () => {
    const added = vocabularies.map((tokens) => tokens.filter((token) => !byteCharacters.includes(token)));
    fc.assert(
      fc.property(added, fewLetters(40), fewLetters(20), (tokens, text, rest) => {
        const tokenizer = tokenizerOf(tokens);
        const at = tokenizer.cut(text);
        const parts = [text.slice(0, at), text.slice(at) + rest].flatMap((part) => [...tokenizer.encode(part)]);
        expect(parts).toEqual([...tokenizer.encode(text + rest)]);
      }),
      { numRuns: 2000 },
    );
  });

  it('are found in time that does not grow with their length', () => {
    const tokens = ['b', `${'a'.repeat(998)}b`, `${'a'.repeat(999)}c`];
    const { find } = createAddedTokens(tokens.map((token, id) => [token, id]));
    // Comparing at each place would take 3,000,000,000 steps.
    const text = 'a'.repeat(3_000_000);
    expect(find(text)).toEqual([]);
    expect(find(`${text}b`)).toEqual([{ id: 1, start: 3_000_000 - 998, end: 3_000_001 }]);
    expect(tokenizerOf(tokens.slice(1)).cut(`${text} ${text}`)).toBe(3_000_000);
  });

  it('have a limited length, each and all together', () => {
    expect(() => tokenizerOf(['x'.repeat(20_000_000)])).toThrow(
      /an added token has 20000000 characters, from "x+…" on; at most 1000 are allowed/,
    );
    const many = Array.from({ length: 1001 }, (_, i) => String(i).padStart(1000, 'x'));
    expect(() => tokenizerOf(many)).toThrow(/added tokens have 1001000 characters together; at most 1000000/);
    expect(tokenizerOf(many.slice(1)).encode(`a${many[7]}`)).toEqual(Int32Array.of(97, 256 + 6));
  });
});
