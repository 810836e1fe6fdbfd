import { describe, expect, it } from 'vitest';
import { bpeTokenizer, withDocumentEnd } from '../../../src/text/tokenizers/bpe.js';
import { type TokenizerOptions, tokenizerFromJSON, trainTokenizer } from '../../../src/text/tokenizers/index.js';

const text = 'the fox and the crow <eos> and the fox\n';

describe('a tokenizer for documents', () => {
  it.each<[TokenizerOptions, number]>([
    [{ type: 'character' }, 0],
    [{ type: 'word' }, 1],
    [{ type: 'byte' }, 256],
    [{ type: 'bpe', vocabularySize: 262 }, 261],
  ])('has a token for their end, and keeps it: %j', (options, id) => {
    const tokenizer = trainTokenizer({ ...options, documentEnd: true }, text);
    expect(tokenizer.documentEndId).toBe(id);
    expect(tokenizer.vocabulary.tokenOf(id)).toBe('<eos>');
    if (options.type === 'bpe') expect(tokenizer.vocabulary.size).toBe(262);
    const rebuilt = tokenizerFromJSON(JSON.parse(JSON.stringify(tokenizer.toJSON())));
    expect(rebuilt.documentEndId).toBe(id);
    expect(rebuilt.encode(text)).toEqual(tokenizer.encode(text));
  });

  it('of characters and bytes never encodes a text as its token', () => {
    for (const type of ['character', 'byte'] as const) {
      const { encode, decode, documentEndId } = trainTokenizer({ type, documentEnd: true }, text);
      expect(encode(text)).not.toContain(documentEndId);
      expect(decode(encode(text))).toBe(text);
      expect(decode([documentEndId!])).toBe('<eos>');
    }
  });

  it('has no such token unless requested', () => {
    for (const type of ['character', 'byte'] as const) expect(trainTokenizer({ type }, text).documentEndId).toBeUndefined();
    expect(trainTokenizer({ type: 'bpe', vocabularySize: 260 }, text).documentEndId).toBeUndefined();
  });

  it('of imported byte pairs uses their token, or adds one', () => {
    const state = trainTokenizer({ type: 'bpe', vocabularySize: 258 }, text.repeat(3)).toJSON();
    if (state.type !== 'bpe') throw new Error('not byte pairs');
    const { tokens, merges } = state;
    const theirs = { tokens: [...tokens, '<|endoftext|>'], merges, added: [258] };
    expect(withDocumentEnd(theirs)).toEqual(theirs);
    expect(bpeTokenizer(theirs).documentEndId).toBe(258);
    const ours = withDocumentEnd({ tokens, merges, added: [] });
    expect(ours.tokens.slice(258)).toEqual(['<eos>']);
    expect(bpeTokenizer(ours).documentEndId).toBe(258);
  });
});
