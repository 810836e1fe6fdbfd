import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { characterTokenizer } from '../../../src/text/tokenizers/character.js';
import { createUnknownFilter, UnknownCharacters, type UnknownPolicy } from '../../../src/text/tokenizers/unknown-characters.js';
import { wordTokenizer } from '../../../src/text/tokenizers/word.js';

const letters = characterTokenizer([...'abcdefghijklmnopqrstuvwxyzé .,\'-"\n']);

function filtered(text: string, policy: UnknownPolicy, tokenizer = letters, at = text.length) {
  const filter = createUnknownFilter(tokenizer, policy);
  const changed = filter.push(text.slice(0, at)) + filter.push(text.slice(at)) + filter.end();
  return [changed, filter.count];
}

describe('characters that a vocabulary lacks', () => {
  it('are removed', () => {
    expect(filtered('What? 12 cats!\r\n', 'skip')).toEqual(['hat  cats\n', 6]);
    expect(filtered('all known', 'skip')).toEqual(['all known', 0]);
  });

  it.each([
    ['What?', 'what.'],
    ['cafe\u0301 à la crème', 'café a la creme'],
    ['one\r\ntwo\rthree', 'one\ntwo\nthree'],
    ['“don’t” – he said…', '"don\'t" - he said...'],
    ['the ﬁsh: 12', 'the fish,   '],
    ['a\u0327b', 'ab'],
    ['世界', '  '],
  ])('are replaced by what is nearest: %j by %j', (text, expected) => {
    for (let at = 0; at <= text.length; at++) expect(filtered(text, 'replace', letters, at)[0]).toBe(expected);
  });

  it('are replaced or removed so that everything is known, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('skip', 'replace'), (text, policy) => {
        const known = filtered(text, policy as UnknownPolicy)[0] as string;
        expect(letters.decode(letters.encode(known))).toBe(known);
      }),
    );
  });

  it('become <unk> where the vocabulary has it and nothing is similar, and are refused on request', () => {
    const withUnknown = characterTokenizer(['<unk>', ...'acfhtwé ']);
    expect(filtered('What 世', 'replace', withUnknown)).toEqual(['what 世', 2]);
    expect(() => filtered('what 世', 'refuse', withUnknown)).toThrow('1 character is not in the vocabulary: "世" (U+4E16)');
    expect(filtered('what', 'refuse', withUnknown)).toEqual(['what', 0]);
  });

  it('in words are <unk>, or refused with the words', () => {
    const words = wordTokenizer(['<unk>', '<eos>', 'the', 'fox']);
    expect(filtered('the ox', 'replace', words)).toEqual(['the ox', 0]);
    expect(() => filtered('the ox and <unk>\n', 'refuse', words)).toThrow('2 words are not in the vocabulary: "ox", "and"');
    expect(filtered('the <unk>\n', 'refuse', words)[0]).toBe('the <unk>\n');
    expect(() => filtered('the ox', 'skip', words)).toThrow(/--unknown skip: this model has the token <unk>/);
  });

  it.each([
    ['a\r\n', 'the text has Windows line ends (\\r\\n)', { newlines: 'lf' }],
    ['a\rb', 'the text has line ends of \\r', { newlines: 'lf' }],
    ['cafe\u0301', 'the text is not in NFC', { unicode: 'NFC' }],
    ['e\u0301\r\n', 'the text has Windows line ends (\\r\\n), and the text is not in NFC', { newlines: 'lf', unicode: 'NFC' }],
  ])('have a cause in %j', (text, cause, normalization) => {
    const error = (() => {
      try {
        return letters.encode(text);
      } catch (thrown) {
        return thrown as UnknownCharacters;
      }
    })();
    expect(error).toBeInstanceOf(UnknownCharacters);
    expect((error as UnknownCharacters).message).toContain(`: ${cause}`);
    expect((error as UnknownCharacters).normalization).toEqual(normalization);
  });
});
