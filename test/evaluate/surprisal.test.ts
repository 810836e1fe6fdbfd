import { describe, expect, it } from 'vitest';
import { perplexityOf } from '../../src/evaluate/perplexity.js';
import { tokenSurprisals, wordSurprisals } from '../../src/evaluate/surprisal.js';
import { measureText, unknownTokens } from '../../src/evaluate/text-measure.js';
import { createRandom } from '../../src/random.js';
import { tokenizerFromJSON } from '../../src/text/tokenizers/tokenizer-state.js';
import { trainTokenizer } from '../../src/text/tokenizers/train-tokenizer.js';
import { words } from '../sample/trained-model.js';

const text = ' the hare  said:\n“世界 hare” 👩‍👧 the\n\n';
const tokenizers = {
  byte: tokenizerFromJSON({ type: 'byte' }),
  bpe: trainTokenizer({ type: 'bpe', vocabularySize: 270 }, text.repeat(20)),
  character: tokenizerFromJSON({ type: 'character', tokens: ['<unk>', ...'the '] }),
  word: tokenizerFromJSON(words),
};
const names = Object.keys(tokenizers) as (keyof typeof tokenizers)[];

/** Losses that only their sum can be told from. */
function scored(name: keyof typeof tokenizers, of = text) {
  const random = createRandom(3);
  const tokens = tokenizers[name].encode(of);
  return { tokens, losses: Float32Array.from({ length: tokens.length - 1 }, () => 10 * random.uniform()) };
}

describe('surprisals', () => {
  it.each(names)('of %s tokens are all losses, in order, with their places', (name) => {
    const { tokens, losses } = scored(name);
    const list = [...tokenSurprisals(tokenizers[name], tokens, text, losses)];
    expect(list.map(({ nats }) => nats)).toEqual([...losses]);
    expect(list.map(({ index }) => index)).toEqual([...losses.keys()].map((i) => i + 1));
    const characters = [...text];
    for (const { offset, piece } of list) {
      const known = piece === '<unk>' || piece !== characters.slice(offset, offset + [...piece].length).join('');
      if (known) expect(tokenizers[name].vocabulary.idOf(piece)).toBeDefined();
    }
  });

  it.each(names)('of words made of %s tokens add up to the total', (name) => {
    const { tokens, losses } = scored(name);
    const list = [...wordSurprisals(tokenizers[name], tokens, text, losses)];
    expect(list.reduce((sum, { nats }) => sum + nats, 0)).toBeCloseTo(perplexityOf(losses).nats, 9);
    const characters = [...text];
    for (const { offset, piece } of list) expect(characters.slice(offset, offset + [...piece].length).join('')).toBe(piece);
  });

  it('of words take the white space before them, and leave out a first word that is not predicted', () => {
    const of = 'the  fox said';
    const character = tokenizers.byte;
    const tokens = character.encode(of);
    const losses = Float32Array.from(of.slice(1), (_, i) => 2 * i + 1);
    const list = [...wordSurprisals(character, tokens, of, losses)].map(({ piece, nats }) => [piece, nats]);
    // Odd numbers from the first on sum to squares.
    expect(list).toEqual([
      ['the', 4],
      ['fox', 49 - 4],
      ['said', 144 - 49],
    ]);
    const word = tokenizers.word;
    const byWord = [...wordSurprisals(word, word.encode(of), of, Float32Array.of(1, 2))];
    expect(byWord.map(({ index, piece, nats }) => [index, piece, nats])).toEqual([
      [1, 'fox', 1],
      [2, 'said', 2],
    ]);
  });
});

describe('the measure of a text', () => {
  it('is what stands after the first token, in characters and bytes', () => {
    const of = 'the hare 世👩\n';
    const measure = (name: keyof typeof tokenizers) => measureText(tokenizers[name], tokenizers[name].encode(of), of, 10);
    expect(measure('character')).toMatchObject({ characters: 11, bytes: 16, bitsPerCharacter: 10 / 11 / Math.LN2 });
    expect(measure('byte')).toMatchObject({ characters: 11, bytes: 16, bitsPerByte: 10 / 16 / Math.LN2 });
    expect(measure('word')).toMatchObject({ characters: 9, bytes: 14 });
  });

  it('tells the perplexity of the words that are known', () => {
    const of = 'the hare said the\n';
    const { word, byte } = tokenizers;
    const losses = Float32Array.of(8, 1, 2, 6);
    expect(unknownTokens(word, word.encode(of), losses)).toEqual({
      count: 1,
      known: { nats: 9, tokens: 3, natsPerToken: 3, perplexity: Math.exp(3), bitsPerToken: 3 / Math.LN2 },
    });
    expect(unknownTokens(word, word.encode('a hare'), Float32Array.of(1))).toEqual({ count: 1 });
    expect(unknownTokens(byte, byte.encode(of), losses)).toBeUndefined();
  });
});
