import { describe, expect, it } from 'vitest';
import { encodeCorpus } from '../../src/text/encode.js';
import { splitText } from '../../src/text/splits.js';
import { trainTokenizer } from '../../src/text/tokenizers/train-tokenizer.js';

describe('encoding a corpus', () => {
  const corpus = splitText('ababac', { train: 0.5, test: 0.5 }, 'character', 'letters.txt');

  it('encodes each split that is there', () => {
    const encoded = encodeCorpus(corpus, trainTokenizer({ type: 'character' }, 'abc'));
    expect(encoded).toEqual({ train: Int32Array.of(0, 1, 0), test: Int32Array.of(1, 0, 2) });
  });

  it('names split, place and character where the vocabulary does not reach, and how to widen it', () => {
    const tokenizer = trainTokenizer({ type: 'character' }, corpus.train);
    expect(() => encodeCorpus(corpus, tokenizer)).toThrow(
      'the test split (letters.txt, characters 3 to 6): 1 character is not in the vocabulary: "c". With tokenizer.minimumCount: 2',
    );
    expect(() => encodeCorpus(corpus, tokenizer)).toThrow(expect.objectContaining({ kind: 'data' }));
  });

  it('does as it advises', () => {
    const tokenizer = trainTokenizer({ type: 'character', minimumCount: 2 }, corpus.train);
    expect(encodeCorpus(corpus, tokenizer).test).toEqual(Int32Array.of(0, 1, 0));
  });

  it("does not advise so for a training text that is not the vocabulary's", () => {
    expect(() => encodeCorpus(corpus, trainTokenizer({ type: 'character' }, 'xyz'))).toThrow(/made from another text/);
  });
});
