import { describe, expect, it } from 'vitest';
import { bitsOf, measureText } from '../../src/evaluate/text-measure.js';
import { tokenizerFromJSON } from '../../src/text/tokenizers/index.js';
import { words } from '../sample/trained-model.js';

const tokenizers = {
  byte: tokenizerFromJSON({ type: 'byte' }),
  character: tokenizerFromJSON({ type: 'character', tokens: ['<unk>', ...'the '] }),
  word: tokenizerFromJSON(words),
};
type Name = keyof typeof tokenizers;

const measure = (name: Name, pieces: readonly string[]) => {
  const tokenizer = tokenizers[name];
  return measureText(tokenizer, { first: tokenizer.encode(pieces.join(''))[0]! }, pieces);
};

describe('the measure of a text', () => {
  it('that is read backward is the text before the last token', async () => {
    const backward = (name: Name, pieces: readonly string[]) => {
      const tokenizer = tokenizers[name];
      return measureText(tokenizer, { last: tokenizer.encode(pieces.join('')).at(-1)! }, pieces);
    };
    const text = ['the hare 世👩'];
    expect(await backward('character', text)).toEqual({ characters: 10, bytes: 12 });
    expect(await backward('byte', text)).toEqual({ characters: 10, bytes: 15 });
    expect(await backward('word', text)).toEqual({ characters: 9, bytes: 9 });
    expect(await backward('word', ['the hare\n'])).toEqual({ characters: 8, bytes: 8 });
    const long = `${'the '.repeat(40_000)}hare`;
    const pieces = Array.from({ length: Math.ceil(long.length / 4096) }, (_, i) => long.slice(i * 4096, (i + 1) * 4096));
    expect(await backward('word', pieces)).toEqual({ characters: 160_000, bytes: 160_000 });
  });

  it('is the text after the first token, in characters and bytes', async () => {
    const text = ['the hare 世👩\n'];
    expect(await measure('character', text)).toEqual({ characters: 11, bytes: 16 });
    expect(await measure('byte', text)).toEqual({ characters: 11, bytes: 16 });
    expect(await measure('word', text)).toEqual({ characters: 9, bytes: 14 });
  });

  it('counts a character of many bytes as predicted if the first token is the first of its bytes', async () => {
    expect(await measure('byte', ['世 the'])).toEqual({ characters: 5, bytes: 6 });
    expect(await measure('character', ['世 the'])).toEqual({ characters: 4, bytes: 4 });
  });

  it('does not depend on the pieces of the text, with a long word at its beginning', async () => {
    for (const word of ['the', 'h'.repeat(70_000), ` ${'世'.repeat(200_000)}`]) {
      const text = `${word} hare said: 世👩\n`.repeat(3);
      const pieces = Array.from({ length: Math.ceil(text.length / 4096) }, (_, i) => text.slice(i * 4096, (i + 1) * 4096));
      for (const name of Object.keys(tokenizers) as Name[]) {
        expect(await measure(name, pieces), name).toEqual(await measure(name, [text]));
      }
    }
    const { characters } = await measure('word', ['h'.repeat(70_000), 'are', ' said']);
    expect(characters).toBe(5);
  });

  it('gives bits per character and per byte, or none where no text is left', () => {
    expect(bitsOf({ characters: 5, bytes: 10 }, 20)).toEqual({ bitsPerCharacter: 4 / Math.LN2, bitsPerByte: 2 / Math.LN2 });
    expect(bitsOf({ characters: 0, bytes: 0 }, 20)).toEqual({});
  });
});
