import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutCorpus } from '../../src/text/cut-corpus.js';
import { encodeToMemory } from '../../src/text/encode.js';
import { makeTokenizer } from '../../src/text/make-tokenizer.js';
import { plainReading } from '../../src/text/reading/reading-options.js';
import { createRecutter } from '../../src/text/recut.js';
import { bpeTokenizer } from '../../src/text/tokenizers/bpe.js';
import { type TokenizerOptions, trainTokenizer } from '../../src/text/tokenizers/index.js';
import type { Tokenizer } from '../../src/text/tokenizers/tokenizer.js';
import { textOfPieces } from './split-pieces.js';
import { anyText } from './tokenizers/mixed-texts.js';

describe('documents', () => {
  const ends = { text: '', endsDocument: true };
  const text = {
    ...textOfPieces([]),
    hasDocuments: true,
    pieces: () => [{ text: 'ab', endsDocument: false }, ends, { text: 'b', endsDocument: true }],
  };

  it.each(['stream', 'documents'] as const)(
    'begins a split with the end of a document only where documents are sequences: %s',
    async (sequences) => {
      const corpus = cutCorpus(text, { train: 0.5, test: 0.5 }, 'document', { ...plainReading, documents: 'lines', sequences });
      const tokenizer = await makeTokenizer({ type: 'character' }, true, corpus.read('train'));
      const [a, b] = tokenizer.encode('ab');
      const end = tokenizer.documentEndId!;
      const { train, test } = await encodeToMemory(corpus, tokenizer);
      const first = sequences === 'documents' ? [end] : [];
      expect(train!.tokens).toEqual(Int32Array.of(...first, a!, b!, end));
      expect(train!.documentEnds).toEqual(Uint8Array.of(...first.map(() => 1), 0, 0, 1));
      expect(test!.tokens).toEqual(Int32Array.of(...first, b!, end));
      const alone = await encodeToMemory(corpus, tokenizer, 'test');
      expect(alone.test).toEqual(test);
    },
  );
});

describe('encoding a corpus', () => {
  const corpus = cutCorpus(textOfPieces(['aba', 'bac'], 'letters.txt'), { train: 0.5, test: 0.5 }, 'character');
  const encode = async (tokenizer: Tokenizer) => {
    const { train, test } = await encodeToMemory(corpus, tokenizer);
    return { train: train!.tokens, test: test!.tokens };
  };

  it('encodes each existing split', async () => {
    expect(await encode(trainTokenizer({ type: 'character' }, 'abc'))).toEqual({
      train: Int32Array.of(0, 1, 0),
      test: Int32Array.of(1, 0, 2),
    });
  });

  it('encodes one split alone on request', async () => {
    const { train, test } = await encodeToMemory(corpus, trainTokenizer({ type: 'character' }, 'abc'), 'test');
    expect(train).toBeUndefined();
    expect(test!.tokens).toEqual(Int32Array.of(1, 0, 2));
  });

  it('names split, position and character that the vocabulary lacks, and how to extend it', async () => {
    const encoding = encode(trainTokenizer({ type: 'character' }, 'aba'));
    await expect(encoding).rejects.toThrow(
      'the test split (letters.txt, characters 3 to 6): 1 character is not in the vocabulary: "c". With tokenizer.minimumCount: 2',
    );
    await expect(encoding).rejects.toThrow(expect.objectContaining({ kind: 'data' }));
  });

  it('works as it advises', async () => {
    const tokenizer = trainTokenizer({ type: 'character', minimumCount: 2 }, 'aba');
    expect((await encode(tokenizer)).test).toEqual(Int32Array.of(0, 1, 0));
  });

  it("does not advise so for a training text that is not the vocabulary's", async () => {
    await expect(encode(trainTokenizer({ type: 'character' }, 'xyz'))).rejects.toThrow(/made from another text/);
  });
});

/** A text encoded in pieces, each as long as the tokenizer allows. */
function encodeInPieces(tokenizer: Tokenizer, pieces: readonly string[]): number[] {
  const ids: number[] = [];
  const encoder = createRecutter(tokenizer.cut, (text) => ids.push(...tokenizer.encode(text)), 1);
  for (const piece of pieces) encoder.push(piece);
  encoder.end();
  return ids;
}

/** A text in pieces that cut no character. */
const pieces = fc.tuple(anyText, fc.array(fc.nat(9))).map(([text, lengths]) => {
  const characters = [...text];
  return [...lengths.map((length) => characters.splice(0, length).join('')), characters.join('')];
});

describe('a text that comes in pieces', () => {
  const sample = "the fox's den, it'll do\n\n  12 and 34\t\tnow. 三角形😀 don't <|im end|> re've\n";
  const bytePairs = trainTokenizer({ type: 'bpe', vocabularySize: 300 }, sample.repeat(3)).toJSON();
  if (bytePairs.type !== 'bpe') throw new Error('not byte pairs');
  const added = ['<|im end|>', 'a b', '\n ', '12'];
  const tokenizers: [string, Tokenizer][] = [
    ['character', trainTokenizer({ type: 'character', minimumCount: 2 }, sample)],
    ['word', trainTokenizer({ type: 'word' }, sample)],
    ['byte', trainTokenizer({ type: 'byte' }, '')],
    ['bpe', trainTokenizer({ type: 'bpe', vocabularySize: 300 }, sample.repeat(3))],
    [
      'bpe with added tokens',
      bpeTokenizer({
        ...bytePairs,
        tokens: [...bytePairs.tokens, ...added],
        added: added.map((_, i) => bytePairs.tokens.length + i),
      }),
    ],
  ];

  it.each(tokenizers)('is encoded as the whole: %s', (_, tokenizer) => {
    fc.assert(
      fc.property(pieces, (parts) => {
        expect(encodeInPieces(tokenizer, parts)).toEqual([...tokenizer.encode(parts.join(''))]);
      }),
      { numRuns: 300 },
    );
    expect(encodeInPieces(tokenizer, [...sample])).toEqual([...tokenizer.encode(sample)]);
  });

  it.each<[string, TokenizerOptions & { type: 'character' | 'word' | 'bpe' }]>([
    ['character', { type: 'character' }],
    ['word', { type: 'word', minimumCount: 1 }],
    ['bpe', { type: 'bpe', vocabularySize: 270 }],
  ])('gives the vocabulary of the whole: %s', async (_, options) => {
    await fc.assert(
      fc.asyncProperty(pieces, async (parts) => {
        async function* text() {
          for (const part of [sample, ...parts]) yield { text: part, endsDocument: false };
        }
        const whole = trainTokenizer(options, sample + parts.join(''));
        expect((await makeTokenizer(options, false, text())).toJSON()).toEqual(whole.toJSON());
      }),
      { numRuns: 20 },
    );
  });

  it('may be one long line: for words it is cut between words, and an endless word is refused', () => {
    const { cut } = trainTokenizer({ type: 'word' }, 'a');
    const seen: number[] = [];
    const words = createRecutter(cut, (text) => seen.push(text.length));
    for (let i = 0; i < 40; i++) words.push('word '.repeat(10_000));
    words.end();
    expect(seen.reduce((sum, length) => sum + length)).toBe(2_000_000);
    expect(Math.max(...seen)).toBeLessThan(200_000);

    const endless = createRecutter(cut, () => {});
    const push = () => {
      for (let i = 0; i < 5; i++) endless.push('x'.repeat(1_000_000));
    };
    expect(push).toThrow(/a word has more than 4194304 characters.*tokenizer.type to character or byte/);
  });
});
