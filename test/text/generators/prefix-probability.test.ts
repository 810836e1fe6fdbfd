import { describe, expect, it } from 'vitest';
import { expectedEntropy } from '../../../src/text/generators/expected-entropy.js';
import { compileGrammar } from '../../../src/text/generators/grammar.js';
import { derivationsOf, surprisal } from '../../../src/text/generators/prefix-probability.js';
import { enumerate, tinyGrammar } from './tiny-grammar.js';

const documents = enumerate(tinyGrammar);

/** The probability that a document begins with the prefix, by listing all documents. */
const begins = (prefix: string): number =>
  documents.reduce((sum, { text, probability }) => (text.startsWith(prefix) ? sum + probability : sum), 0);

describe('a grammar small enough to list', () => {
  it('has texts whose probabilities sum to one', () => {
    expect(documents.length).toBeGreaterThan(50);
    expect(documents.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 14);
    expect(new Set(documents.map(({ text }) => text)).size).toBe(documents.length);
  });

  it('gives each text the surprisal of its one derivation', () => {
    for (const { text, probability } of documents) {
      expect(surprisal(tinyGrammar, text).nats).toBeCloseTo(-Math.log(probability), 12);
      expect(derivationsOf(tinyGrammar, text)).toHaveLength(1);
    }
  });

  it('gives each character its conditional probability given all before it', () => {
    for (const { text } of documents) {
      const { perCharacter } = surprisal(tinyGrammar, text);
      for (let position = 0; position < text.length; position++) {
        const expected = -Math.log(begins(text.slice(0, position + 1)) / begins(text.slice(0, position)));
        expect(perCharacter[position]).toBeCloseTo(expected, 12);
      }
    }
  });

  it('has next-character probabilities that sum to one after every prefix', () => {
    const alphabet = [...new Set(documents.flatMap(({ text }) => [...text]))];
    for (const { text } of documents.slice(0, 20)) {
      for (let length = 0; length < text.length; length++) {
        const prefix = text.slice(0, length);
        const total = alphabet
          .filter((character) => begins(prefix + character) > 0)
          .reduce(
            (sum, character) => sum + Math.exp(-(surprisal(tinyGrammar, prefix + character).perCharacter[length] as number)),
            0,
          );
        expect(total).toBeCloseTo(1, 12);
      }
    }
  });

  it('follows document after document, with the separator certain', () => {
    const [first, second] = [documents[3], documents[40]] as [(typeof documents)[0], (typeof documents)[0]];
    const { nats, perCharacter } = surprisal(tinyGrammar, `${first.text}|${second.text}`);
    expect(nats).toBeCloseTo(-Math.log(first.probability) - Math.log(second.probability), 12);
    expect(perCharacter[first.text.length]).toBe(0);
  });

  it('has the expected entropy and length that listing gives', () => {
    const { natsPerDocument, charactersPerDocument, natsPerCharacter } = expectedEntropy(tinyGrammar);
    const mean = (value: (text: string, probability: number) => number) =>
      documents.reduce((sum, { text, probability }) => sum + probability * value(text, probability), 0);
    expect(natsPerDocument).toBeCloseTo(
      mean((_, probability) => -Math.log(probability)),
      12,
    );
    expect(charactersPerDocument).toBeCloseTo(mean((text) => text.length) + 1, 12);
    expect(natsPerCharacter).toBeCloseTo(natsPerDocument / charactersPerDocument, 15);
  });
});

describe('surprisal', () => {
  it('refuses a text that the grammar cannot produce, and says where', () => {
    expect(() => surprisal(tinyGrammar, 'Cat and cat.')).toThrow(/line 1, character 10: .* never writes "a" after "Cat and c"/);
    expect(() => surprisal(tinyGrammar, 'Cat, and he ran.')).toThrow(expect.objectContaining({ kind: 'data' }));
  });

  it('is zero for no text', () => {
    expect(surprisal(tinyGrammar, '')).toEqual({ nats: 0, characters: 0, perCharacter: new Float64Array(0) });
  });
});

describe('derivationsOf', () => {
  it('finds every derivation of an ambiguous text', () => {
    const grammar = compileGrammar({
      start: 'a',
      separator: '|',
      rules: { a: ['xy', 'x{b}', '{b}'], b: ['y', 'xy'] },
      lexicons: {},
    });
    expect(derivationsOf(grammar, 'xy')).toEqual([[0], [1, 0], [2, 1]]);
    expect(surprisal(grammar, 'xy').nats).toBeCloseTo(-Math.log(1 / 3 + 1 / 6 + 1 / 6), 12);
  });

  it('finds none of an incomplete text', () => {
    expect(derivationsOf(tinyGrammar, 'Cat and c')).toEqual([]);
  });
});
