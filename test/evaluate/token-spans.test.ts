import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locateTokens } from '../../src/evaluate/token-spans.js';
import { tokenizerFromJSON, trainTokenizer } from '../../src/text/tokenizers/index.js';
import { words } from '../sample/trained-model.js';

const text = 'the hare\u2003said: “世界” 👩‍👩‍👧 ,\r\n\n שלום the\tfox e\u0301';
const byte = tokenizerFromJSON({ type: 'byte' });
const bpe = trainTokenizer({ type: 'bpe', vocabularySize: 300 }, text.repeat(20));
const word = tokenizerFromJSON(words);
const character = tokenizerFromJSON({ type: 'character', tokens: ['<unk>', ...'the '] });

/** The pieces of a text that its tokens are located at. */
function pieces(tokenizer: typeof byte, of: string): string[] {
  const { starts, ends } = locateTokens(tokenizer, tokenizer.encode(of), of);
  return Array.from(starts, (start, i) => of.slice(start, ends[i]));
}

describe('tokens are located', () => {
  it('at characters, known or not', () => {
    expect(pieces(character, text)).toEqual([...text]);
  });

  it('at words, known or not, and line ends', () => {
    expect(pieces(word, 'the  hare\tsaid\r\n\n<eos> to <unk>.')).toEqual([
      'the',
      'hare',
      'said',
      '\n',
      '\n',
      '<eos>',
      'to',
      '<unk>.',
    ]);
  });

  it('at the last of the bytes of a character', () => {
    expect(pieces(byte, 'a世b')).toEqual(['a', '', '', '世', 'b']);
  });

  it('at words with punctuation of their own, and at white space that is a token', () => {
    const options = { type: 'word', punctuation: 'separate', spaces: 'exact', case: 'lower' } as const;
    const exact = trainTokenizer(options, 'the fox, the  crow.\n');
    const of = 'The fox,  the crow!\n\tFox';
    expect(pieces(exact, of)).toEqual(['The', 'fox', ',', ' ', ' ', 'the', 'crow', '!', '\n', '\t', 'Fox']);
    const loose = trainTokenizer({ type: 'word', punctuation: 'separate' }, 'the fox, the crow.\n');
    expect(pieces(loose, of)).toEqual(['The', 'fox', ',', 'the', 'crow', '!', '\n', 'Fox']);
    const { starts, ends } = locateTokens(loose, loose.encode(of).subarray(0, 2), of);
    expect([[...starts], [...ends]]).toEqual([
      [0, 4],
      [3, 7],
    ]);
  });

  it('nowhere, where a document ends', () => {
    const ended = (tokenizer: typeof byte, ...documents: string[]) => {
      const ids = documents.flatMap((document) => [...tokenizer.encode(document), tokenizer.documentEndId!]);
      const of = documents.join('');
      const { starts, ends } = locateTokens(tokenizer, Int32Array.from(ids), of);
      return Array.from(starts, (start, i) => of.slice(start, ends[i]));
    };
    expect(ended(word, 'the fox\n', 'said\n')).toEqual(['the', 'fox', '\n', '', 'said', '\n', '']);
    expect(ended(tokenizerFromJSON({ type: 'byte', documentEnd: true }), 'a', 'é')).toEqual(['a', '', '', 'é', '']);
    const separate = trainTokenizer({ type: 'word', punctuation: 'separate' }, 'the fox, said\n');
    expect(ended(separate, 'the fox\n', 'said,\n')).toEqual(['the', 'fox', '\n', '', 'said', ',', '\n', '']);
    expect(ended(separate, '\n', '', 'fox')).toEqual(['\n', '', '', 'fox', '']);
    const pairs = trainTokenizer({ type: 'bpe', vocabularySize: 300, documentEnd: true }, text);
    const { documentEndId, vocabulary } = pairs;
    expect(ended(pairs, 'a', 'b')).toEqual(['a', '', 'b', '']);
    expect(ended(pairs, vocabulary.tokenOf(documentEndId!))).toEqual([vocabulary.tokenOf(documentEndId!), '']);
  });

  it('at the text that stands for the end of a document', () => {
    const found = (tokenizer: typeof byte, ...lines: string[]) => {
      const end = tokenizer.documentEndId!;
      const ids = [end, ...lines.flatMap((line) => [...tokenizer.encode(line), end])];
      const of = lines.map((line) => `${line}\n`).join('');
      const { starts, ends } = locateTokens({ ...tokenizer, documentEndText: '\n' }, Int32Array.from(ids), of);
      return Array.from(starts, (start, i) => of.slice(start, ends[i]));
    };
    expect(found(tokenizerFromJSON({ type: 'byte', documentEnd: true }), 'ab', 'c')).toEqual(['', 'a', 'b', '\n', 'c', '\n']);
    expect(found(trainTokenizer({ type: 'character', documentEnd: true }, 'abc'), 'ab', 'c')).toEqual([
      '',
      'a',
      'b',
      '\n',
      'c',
      '\n',
    ]);
    expect(found(word, 'the fox', 'said')).toEqual(['', 'the', 'fox', '\n', 'said', '\n']);
    expect(found(trainTokenizer({ type: 'word', punctuation: 'separate' }, 'the fox, said\n'), 'the, fox', 'said')).toEqual([
      '',
      'the',
      ',',
      'fox',
      '\n',
      'said',
      '\n',
    ]);
  });

  it.each([
    ['bytes', byte],
    ['byte pairs', bpe],
    ['characters', character],
  ] as const)('so that %s spell out any text', (_, tokenizer) => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (any) => {
        expect(pieces(tokenizer, any + text).join('')).toBe(any + text);
      }),
      { numRuns: 50 },
    );
  });

  it('so that words and the white space between them spell out any text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('the', 'hare', ' ', '\n', '\r\n', '\u3000', '世界')), (parts) => {
        const any = parts.join('');
        const { starts, ends } = locateTokens(word, word.encode(any), any);
        const between = Array.from(starts, (start, i) => any.slice(i === 0 ? 0 : ends[i - 1], start));
        expect(between.join('') + any.slice(ends.at(-1) ?? 0)).toMatch(/^[\p{White_Space}]*$/u);
        expect(starts.every((start, i) => start < ends[i]! && (i === 0 || start >= ends[i - 1]!))).toBe(true);
      }),
    );
  });

  it('as far as there are tokens', () => {
    expect([...locateTokens(word, word.encode(text).subarray(0, 2), text).ends]).toEqual([3, 8]);
  });
});
