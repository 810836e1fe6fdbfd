import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../src/evaluate/paired-difference.js';
import { createRandom } from '../../src/foundation/random.js';
import { tokenizerFromJSON } from '../../src/text/tokenizers/index.js';
import { words } from '../sample/trained-model.js';

const text = 'the fox said to the crow\n'.repeat(40);
const byte = tokenizerFromJSON({ type: 'byte' });
const word = tokenizerFromJSON(words);

/** A reading whose losses are drawn around a mean. */
function reading(tokenizer: typeof byte, mean: number, seed = 1, spread = 1) {
  const random = createRandom(seed);
  const tokens = tokenizer.encode(text);
  return { tokenizer, tokens, losses: Float32Array.from(tokens.subarray(1), () => mean + spread * random.normal()) };
}

const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

describe('two models on one text', () => {
  it('of the same tokens are compared token by token, which detects a small difference in a large spread', () => {
    const [a, b] = [reading(byte, 5, 1, 3), reading(byte, 5.01, 1, 3)];
    const { by, count, difference, interval } = pairedDifference(text, a, b);
    expect([by, count]).toEqual(['token', text.length - 1]);
    expect(difference).toBeCloseTo(-0.01, 5);
    expect(interval!.high).toBeLessThan(0);
    const { interval: unpaired } = pairedDifference(text, a, reading(byte, 5.01, 2, 3));
    expect([unpaired!.low < 0, unpaired!.high > 0]).toEqual([true, true]);
  });

  it('has the opposite sign when they are exchanged', () => {
    const [a, b] = [reading(byte, 2, 1), reading(word, 9, 2)];
    expect(pairedDifference(text, a, b).difference).toBeCloseTo(-pairedDifference(text, b, a).difference, 12);
  });

  it('of different tokens are compared by characters, from where both have ended a token', () => {
    const [a, b] = [reading(byte, 2, 1), reading(word, 9, 2)];
    const { by, count, nats, difference } = pairedDifference(text, a, b);
    expect([by, count]).toEqual(['character', text.length - 3]);
    // All that the word model predicts; of the bytes, those after 'the'.
    expect(nats[1]).toBeCloseTo(sum(b.losses), 9);
    expect(nats[0]).toBeCloseTo(sum(a.losses.subarray(2)), 9);
    expect(difference).toBeCloseTo((nats[0] - nats[1]) / count, 12);
  });

  it('counts blanks at the end of the text, which only one of them reads, as its last piece', () => {
    const blanks = 'the fox said   ';
    const read = (tokenizer: typeof byte, mean: number) => {
      const tokens = tokenizer.encode(blanks);
      return { tokenizer, tokens, losses: new Float32Array(tokens.length - 1).fill(mean) };
    };
    const { count, nats } = pairedDifference(blanks, read(byte, 2), read(word, 9));
    expect([count, ...nats]).toEqual([blanks.length - 3, 2 * (blanks.length - 3), 2 * 9]);
  });

  it('of different vocabularies are not treated as the same, even if the ids are equal', () => {
    const other = tokenizerFromJSON({ type: 'word', tokens: [...words.tokens.slice(0, -1), 'them'] });
    const tokens = word.encode(text);
    expect(other.encode(text)).toEqual(tokens);
    const larger = tokenizerFromJSON({ type: 'word', tokens: [...words.tokens, 'them'] });
    for (const tokenizer of [other, larger]) {
      const [first, second] = [reading(word, 3), { ...reading(word, 3), tokenizer }];
      expect(pairedDifference(text, first, second).by).toBe('character');
      expect(pairedDifference(text, second, first).by).toBe('character');
    }
  });
});
