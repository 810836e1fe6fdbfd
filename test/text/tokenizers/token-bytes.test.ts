import { describe, expect, it } from 'vitest';
import { type TokenizerOptions, trainTokenizer } from '../../../src/text/tokenizers/index.js';

const tokenizerOf = (options: TokenizerOptions) => trainTokenizer(options, 'so é\nso é\nso é\n');

describe('the bytes of tokens', () => {
  const bytesOf = (options: TokenizerOptions, token: string) => {
    const tokenizer = tokenizerOf(options);
    const id = tokenizer.vocabulary.idOf(token)!;
    expect(id, token).toBeDefined();
    return Buffer.from(tokenizer.tokenBytes()[id]!).toString('latin1');
  };

  it('are those that they add to a text', () => {
    const utf8 = Buffer.from('é').toString('latin1');
    expect(bytesOf({ type: 'character' }, 'é')).toBe(utf8);
    expect(bytesOf({ type: 'word' }, 'é')).toBe(utf8);
    expect(bytesOf({ type: 'word' }, '<eos>')).toBe('\n');
    const bytes = tokenizerOf({ type: 'byte', documentEnd: true }).tokenBytes();
    expect(bytes.slice(0, 256).map((one) => [...one])).toEqual(Array.from({ length: 256 }, (_, byte) => [byte]));
    expect(Buffer.from(bytes[256]!).toString()).toBe('<eos>');
  });

  it('of byte pairs are parts of characters, and the names of added tokens', () => {
    const options: TokenizerOptions = { type: 'bpe', vocabularySize: 260, documentEnd: true };
    expect(bytesOf(options, 'Ã')).toBe('\xc3');
    expect(bytesOf(options, 'Ġ')).toBe(' ');
    expect(bytesOf(options, '<eos>')).toBe('<eos>');
    expect(bytesOf(options, 'so')).toBe('so');
  });

  it('do not have the blanks between words', () => {
    const blanks = (options: TokenizerOptions) => tokenizerOf(options).blanks;
    expect((['character', 'byte', 'word'] as const).map((type) => blanks({ type }))).toEqual(['none', 'none', 'single']);
    expect(blanks({ type: 'bpe', vocabularySize: 260 })).toBe('none');
    for (const option of [{ punctuation: 'separate' }, { spaces: 'exact' }, { case: 'lower' }] as const)
      expect(blanks({ type: 'word', ...option }), JSON.stringify(option)).toBe('varied');
  });
});
