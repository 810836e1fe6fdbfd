import { describe, expect, it } from 'vitest';
import { tokenSurprisals, wordSurprisals } from '../../src/evaluate/surprisal.js';
import { createRandom } from '../../src/foundation/random.js';
import { tokenizerFromJSON, trainTokenizer } from '../../src/text/tokenizers/index.js';
import { words } from '../sample/trained-model.js';
import { sumOf } from './token-losses.js';

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
    expect(list.reduce((sum, { nats }) => sum + nats, 0)).toBeCloseTo(sumOf(losses), 9);
    const characters = [...text];
    for (const { offset, piece } of list) expect(characters.slice(offset, offset + [...piece].length).join('')).toBe(piece);
  });

  it.each(names)('of %s tokens that are read backward are all but that of the last token', (name) => {
    const { tokens, losses } = scored(name);
    const last = tokens.length - 1;
    const list = [...tokenSurprisals(tokenizers[name], tokens, text, losses, last)];
    expect(list.map(({ index, nats }) => [index, nats])).toEqual([...losses].map((nats, i) => [i, nats]));
    const words = [...wordSurprisals(tokenizers[name], tokens, text, losses, last)];
    expect(words.reduce((sum, { nats }) => sum + nats, 0)).toBeCloseTo(sumOf(losses), 9);
  });

  it('of words include the white space before them, and omit a first word that is not predicted', () => {
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
