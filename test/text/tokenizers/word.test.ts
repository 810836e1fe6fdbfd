import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/foundation/errors.js';
import { trainTokenizer } from '../../../src/text/tokenizers/index.js';

const train = (text: string | string[], limits: { minimumCount?: number; maximumSize?: number } = {}) =>
  trainTokenizer({ type: 'word', ...limits }, text);
const words = (text: string) => {
  const tokenizer = train(`${text} word`);
  return [...tokenizer.encode(text)].map((id) => tokenizer.vocabulary.tokenOf(id));
};
const messy = fc.string({
  unit: fc.constantFrom('a', 'b', '😀', ' ', '\t', '\u3000', '\ufeff', '\r', '\n', '\r\n'),
  minLength: 1,
});
/** What the tokenizer promises to keep: the words of each line, and the line ends. */
const normalized = (text: string) =>
  text
    .split('\n')
    .map((line) => (line.match(/\P{White_Space}+/gu) ?? []).join(' '))
    .join('\n');

describe('the word tokenizer', () => {
  it('splits at white space and ends every line, blank ones too, with <eos>', () => {
    expect(words(' the  cat\t, \r\n\n \nsat\n')).toEqual(['the', 'cat', ',', '<eos>', '<eos>', '<eos>', 'sat', '<eos>']);
  });

  it('does not end a line that the text does not end, so that a prompt can be continued', () => {
    expect(words('once\nupon a')).toEqual(['once', '<eos>', 'upon', 'a']);
    expect(words('')).toEqual([]);
  });

  it('gives back normalized text exactly, and any text normalized', () => {
    fc.assert(
      fc.property(messy, (text) => {
        const tokenizer = train(`${text} word`);
        const once = tokenizer.decode(tokenizer.encode(text));
        expect(once).toBe(normalized(text));
        expect(tokenizer.decode(tokenizer.encode(once))).toBe(once);
      }),
    );
  });

  it("uses Unicode's definition of white space", () => {
    const { encode } = train('a');
    for (let unit = 0; unit <= 0xffff; unit++) {
      const character = String.fromCharCode(unit);
      const isSpace = encode(`a${character}a`).length > 1;
      if (isSpace !== /\p{White_Space}/u.test(character)) expect.fail(`U+${unit.toString(16)}`);
    }
  });

  it('always has <unk> and <eos>, first, and encodes unknown words as <unk>', () => {
    const tokenizer = train('b a a');
    expect(tokenizer.vocabulary.tokens).toEqual(['<unk>', '<eos>', 'a', 'b']);
    expect(tokenizer.encode('a zebra __proto__ constructor\n')).toEqual(Int32Array.of(2, 0, 0, 0, 1));
  });

  it('treats <unk> and <eos> in the text as the same tokens', () => {
    const tokenizer = train('<unk> a <unk> <eos>');
    expect(tokenizer.vocabulary.tokens).toEqual(['<unk>', '<eos>', 'a']);
    expect(tokenizer.encode('<unk> zebra <eos> \n')).toEqual(Int32Array.of(0, 0, 1, 1));
  });

  it('respects its limits', () => {
    expect(train('a a a b b c', { minimumCount: 2 }).vocabulary.tokens).toEqual(['<unk>', '<eos>', 'a', 'b']);
    expect(train('a a a b b c', { maximumSize: 3 }).vocabulary.tokens).toEqual(['<unk>', '<eos>', 'a']);
  });

  it('gives the same vocabulary for a text in pieces', () => {
    const lines = ['a cat\n', 'a dog\n', '\n', 'a cat'];
    expect(train(lines).toJSON()).toEqual(train(lines.join('')).toJSON());
  });

  it('decodes a stream with spaces between the words of a line only', () => {
    const tokenizer = train('once upon\na time');
    const decoder = tokenizer.createDecoder();
    const pieces = [...tokenizer.encode('once upon\na time')].map((id) => decoder.push(id));
    expect(pieces).toEqual(['once', ' upon', '\n', 'a', ' time']);
    expect(tokenizer.createDecoder().push(tokenizer.encode('time')[0]!)).toBe('time');
  });

  it('refuses ids that are not in its vocabulary', () => {
    expect(() => train('a').decode([2, 3])).toThrow(UserError);
  });

  it('cannot be trained on white space', () => {
    expect(() => train(' \n\n')).toThrow('the training text has no words');
  });
});
