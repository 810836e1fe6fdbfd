import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TokenizerOptions, trainTokenizer } from '../../../src/text/tokenizers/train-tokenizer.js';
import { splitPieces } from '../split-pieces.js';

describe('training a tokenizer', () => {
  it('makes the type that was asked for', () => {
    expect(trainTokenizer({ type: 'character' }, 'a b').vocabulary.tokens).toEqual([' ', 'a', 'b']);
    expect(trainTokenizer({ type: 'word' }, 'a b').vocabulary.tokens).toEqual(['<unk>', '<eos>', 'a', 'b']);
    expect(trainTokenizer({ type: 'byte' }, 'a b').vocabulary.size).toBe(256);
    expect(trainTokenizer({ type: 'bpe', vocabularySize: 257 }, 'ab ab').vocabulary.tokens.slice(256)).toEqual(['ab']);
  });

  it('sees the training split alone: the text after it changes nothing', async () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), minLength: 10, maxLength: 10 });
    const bytePairs: TokenizerOptions = { type: 'bpe', vocabularySize: 260 };
    const options = fc.constantFrom<TokenizerOptions>({ type: 'character' }, { type: 'word', minimumCount: 2 }, bytePairs);
    await fc.assert(
      fc.asyncProperty(letters, letters, letters, options, async (train, one, other, tokenizer) => {
        const state = async (rest: string) => {
          const corpus = await splitPieces([`a a ${train}${rest}xyz!`], { train: 0.5, test: 0.5 }, 'character', 'f');
          return trainTokenizer(tokenizer, corpus.train).toJSON();
        };
        expect(await state(one)).toEqual(await state(other));
        if (tokenizer !== bytePairs) expect(JSON.stringify(await state(one))).not.toContain('z');
      }),
    );
  });
});
