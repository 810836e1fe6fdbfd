import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locateTokens } from '../../../src/evaluate/token-spans.js';
import { tokenizerFromJSON, trainTokenizer } from '../../../src/text/tokenizers/index.js';
import type { WordOptions } from '../../../src/text/tokenizers/word-spacing.js';
import { anyText, mixedTexts } from './mixed-texts.js';

const train = (text: string, options: WordOptions) => trainTokenizer({ type: 'word', ...options }, `${text}\nword`);
const tokensOf = (text: string, options: WordOptions) => {
  const { encode, vocabulary } = train(text, options);
  return [...encode(text)].map((id) => vocabulary.tokenOf(id));
};
const separate = { punctuation: 'separate' } as const;
const exact = { spaces: 'exact' } as const;
const both = { ...separate, ...exact };
const spellsSpecial = /<unk>|<eos>/;

describe('words with separate punctuation', () => {
  it.each([
    ['Hello, world!', ['Hello', '￭,', 'world', '￭!']],
    ["I don't say “3.14” or 1,000.", ['I', "don't", 'say', '“', '￭3.14', '￭”', 'or', '1,000', '￭.']],
    ['rock-n-roll x_1', ['rock', '￭-', '￭n', '￭-', '￭roll', 'x', '￭_', '￭1']],
    ['e\u0301te\u0301 naïve', ['e\u0301te\u0301', 'naïve']],
    ['床前明月光，疑是', ['床', '前', '明', '月', '光', '，', '疑', '是']],
    ['用Linux系统', ['用', '￭Linux', '￭系', '统']],
    ['👩‍👩‍👧‍👦 👍🏽! 🏳️‍🌈🇩🇪🇫🇷 5️⃣', ['👩‍👩‍👧‍👦', '👍🏽', '￭!', '🏳️‍🌈', '￭🇩🇪', '￭🇫🇷', '5️⃣']],
    ['שלום עולם! مرحبا', ['שלום', 'עולם', '￭!', 'مرحبا']],
    ['می‌روم', ['می‌روم']],
    ['a <unk> b\n', ['a', '<unk>', 'b', '<eos>']],
    ['￭ a￭', ['￭', 'a', '￭￭']],
  ])('%j', (text, tokens) => {
    expect(tokensOf(text, separate)).toEqual(tokens);
  });

  it('come back as they were spaced, white space normalized', () => {
    const text = "“Well,” said he (in 1984) -- don't!  \t床前明月光， 疑是\r\n  next…";
    const tokenizer = train(text, separate);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe("“Well,” said he (in 1984) -- don't! 床前明月光，疑是\nnext…");
  });

  it('reproduce all characters except white space', () => {
    const withoutBlanks = (text: string) => text.replace(/(?!\n)\p{White_Space}/gu, '');
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(!spellsSpecial.test(text));
        const { encode, decode } = train(text, separate);
        const once = decode(encode(text));
        expect(withoutBlanks(once)).toBe(withoutBlanks(text));
        expect(decode(encode(once))).toBe(once);
      }),
    );
  });
});

describe('words in lower case', () => {
  it('are the words of the text in lower case', () => {
    expect(tokensOf('The CAT. ΟΔΟΣ', { case: 'lower' })).toEqual(['the', 'cat.', 'οδος']);
    expect(tokensOf('The CAT.', { case: 'lower', ...separate })).toEqual(['the', 'cat', '￭.']);
  });
});

describe('words with exact spaces', () => {
  it('have a token for each white-space character that is not one blank between words', () => {
    expect(tokensOf(' a  b\t\u3000c d \r\n', exact)).toEqual([
      ' ',
      'a',
      ' ',
      ' ',
      'b',
      '\t',
      '\u3000',
      'c',
      'd',
      ' ',
      '\r',
      '<eos>',
    ]);
    expect(tokensOf('明 月 x 光', both)).toEqual(['明', ' ', '月', 'x', '光']);
  });

  it.each([exact, both])('%j: any known text comes back exactly', (options) => {
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(!spellsSpecial.test(text));
        const { encode, decode } = train(text, options);
        expect(decode(encode(text))).toBe(text);
      }),
    );
    for (const text of mixedTexts.filter((text) => !spellsSpecial.test(text))) {
      const { encode, decode } = train(text, options);
      expect(decode(encode(text))).toBe(text);
    }
  });

  it('need the end of a line to know its last blank: a line without end is refused when it is too long', () => {
    const { cut } = train('a', exact);
    expect([cut('one\ntwo'), cut('one two')]).toEqual([4, 0]);
    expect(() => cut('a'.repeat((1 << 24) + 1))).toThrow('too many for tokenizer.spaces: exact');
  });
});

describe.each([separate, exact, both, { case: 'lower' } as const, { ...both, case: 'lower' } as const])(
  'words with %j',
  (options) => {
    it('are the same when a text is cut where `cut` allows', () => {
      fc.assert(
        fc.property(anyText, anyText, (start, end) => {
          const { cut, encode } = train(start + end, options);
          const at = cut(start);
          expect([...encode(start.slice(0, at)), ...encode(start.slice(at) + end)]).toEqual([...encode(start + end)]);
        }),
      );
    });

    it('are the same after storing as JSON, and are located at their positions', () => {
      const text = 'The “cat”,  sat\ton\n\n床前 it.\r\nEnd';
      const tokenizer = train(text, options);
      const again = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer.toJSON())));
      const ids = tokenizer.encode(text);
      expect(again.encode(text)).toEqual(ids);
      expect(again.decode(ids)).toBe(tokenizer.decode(ids));
      const { starts, ends } = locateTokens(tokenizer, ids, text);
      const spelled = [...ids].map((id, i) => [tokenizer.vocabulary.tokenOf(id), text.slice(starts[i], ends[i])]);
      for (const [token = '', there = ''] of spelled) {
        const plain = token === '<eos>' ? '\n' : token.replace(/^￭(?=.)/, '');
        expect(options && 'case' in options ? there.toLowerCase() : there).toBe(plain);
      }
    });
  },
);

describe('the state of a word tokenizer', () => {
  it.each([
    [{ case: 'keep' }, 'case can only be lower'],
    [{ punctuation: true }, 'punctuation can only be separate'],
    [{ spaces: 'single' }, 'spaces can only be exact'],
    [{ more: 1 }, 'unknown key "more"'],
  ])('with %j is refused', (more, says) => {
    expect(() => tokenizerFromJSON({ type: 'word', tokens: ['<unk>', '<eos>', 'a'], ...more })).toThrow(says);
  });

  it('may have white space as tokens with exact spaces only', () => {
    const tokens = ['<unk>', '<eos>', ' '];
    expect(tokenizerFromJSON({ type: 'word', tokens, spaces: 'exact' }).vocabulary.size).toBe(3);
    expect(() => tokenizerFromJSON({ type: 'word', tokens })).toThrow('token 2 cannot be one');
  });

  it('omits default settings, so that older files are the same', () => {
    const { toJSON } = train('a', { case: 'keep', punctuation: 'attached', spaces: 'single' });
    expect(Object.keys(toJSON())).toEqual(['type', 'tokens']);
  });
});
