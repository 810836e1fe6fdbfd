import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/foundation/random.js';
import { sampleDocument } from '../../../src/text/generators/derivation.js';
import { fablesGrammar } from '../../../src/text/generators/fables/grammar.js';
import { createCorpusGenerator } from '../../../src/text/generators/index.js';
import { derivationsOf, surprisal } from '../../../src/text/generators/prefix-probability.js';

const fables = createCorpusGenerator('fables');
const corpus = readFileSync(new URL('../../../corpora/fables.txt', import.meta.url), 'utf8');
const documents = corpus.split('\n\n');
const seeds = fc.integer({ min: 0, max: 2 ** 40 });

describe('the grammar of the fables', () => {
  it('is unambiguous: a fable has its own derivation and no other', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { text, choices } = sampleDocument(fablesGrammar, createRandom(seed));
        expect(derivationsOf(fablesGrammar, text)).toEqual([choices]);
      }),
      { numRuns: 200 },
    );
  });

  it('gives characters surprisals that add up to the fable', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { text } = sampleDocument(fablesGrammar, createRandom(seed));
        const { nats, characters, perCharacter } = surprisal(fablesGrammar, text);
        expect(characters).toBe(text.length);
        expect(perCharacter.every((value) => value >= 0)).toBe(true);
        expect(perCharacter.reduce((sum, value) => sum + value, 0)).toBeCloseTo(nats, 9);
      }),
      { numRuns: 50 },
    );
  });

  it('gives a span of many fables the sum of its fables', () => {
    const texts = [0, 1, 2].map((seed) => sampleDocument(fablesGrammar, createRandom(seed)).text);
    const apart = texts.reduce((sum, text) => sum + surprisal(fablesGrammar, text).nats, 0);
    expect(fables.surprisal(texts.join('\n')).nats).toBeCloseTo(apart, 9);
  });

  it('has the entropy of its samples', () => {
    const { natsPerDocument, charactersPerDocument, natsPerCharacter } = fables.entropy();
    const sample = documents
      .slice(0, 600)
      .map((text) => ({ nats: surprisal(fablesGrammar, text).nats, characters: text.length + 2 }));
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const within = (values: number[], expected: number) => {
      const average = mean(values);
      const standardError = Math.sqrt(mean(values.map((value) => (value - average) * (value - average))) / values.length);
      expect(Math.abs(average - expected)).toBeLessThan(4 * standardError);
    };
    within(
      sample.map(({ nats }) => nats),
      natsPerDocument,
    );
    within(
      sample.map(({ characters }) => characters),
      charactersPerDocument,
    );
    // The ratio's own error, by the residuals of nats against characters, is a tenth of either.
    within(
      sample.map(({ nats, characters }) => nats - natsPerCharacter * characters),
      0,
    );
  });

  it.each(['Once upon a time', 'The Fox and the Fox\n', '\n'])('cannot produce %j', (text) => {
    expect(() => fables.surprisal(text)).toThrow(expect.objectContaining({ kind: 'data' }));
  });
});

describe('corpora/fables.txt', () => {
  it('is what the generator writes from seed 1', () => {
    expect(fables.generate({ seed: 1, characters: 1_000_000 }) === corpus).toBe(true);
  });

  it('has a teller, a title, its lines and a moral in every fable', () => {
    for (const text of documents.map((document) => document.trimEnd())) {
      expect(text).toMatch(/^[A-Z].*\.\nThe [A-Z][a-z]+ and the [A-Z][a-z]+\n(?:["A-Z].*[."]\n){2,4}Moral: [a-z ,]+\.$/);
    }
  });

  it('has "an" before a vowel and "a" before a consonant', () => {
    expect(corpus.match(/\ba [aeiou]\w*/gi) ?? []).toEqual([]);
    expect(corpus.match(/\ban [^aeiou]\w*/gi) ?? []).toEqual([]);
  });

  it('repeats no word, has no stray space, and only the expected punctuation', () => {
    expect(corpus.match(/\b(\w+) \1\b/gi) ?? []).toEqual([]);
    expect(corpus.match(/ {2}| $|^ | [.,!?"]$|\n{3}/gm) ?? []).toEqual([]);
    expect([...new Set(corpus)].sort().join('')).toMatch(/^\n [!",.0-9:A-Za-z]+$/);
  });

  it('closes every quotation that it opens', () => {
    for (const line of corpus.split('\n')) expect((line.match(/"/g) ?? []).length % 2).toBe(0);
  });

  it('ends each sentence before the next begins with a capital', () => {
    expect(corpus.match(/[.!?]"? [a-z]\w*/g) ?? []).toEqual([]);
  });

  it('has no singular article before a plural, and no plural one before a singular', () => {
    expect(corpus.match(/\b(a|an|A|An) \w+ (apes|mice|bees|ants|frogs|geese)\b/g) ?? []).toEqual([]);
    const some = (corpus.match(/\b[Ss]ome \w+ (\w+)/g) ?? []).filter(
      (words) => !/ (apes|mice|bees|ants|frogs|geese)$/.test(words),
    );
    expect(some.filter((words) => !/s[,.]?$/.test(words))).toEqual([]);
  });

  it('lets only the two animals of the title speak', () => {
    const traits = 'kind|gentle|good|greedy|selfish|mean|proud|vain|haughty|cruel|harsh|rough|sly|cunning|crafty';
    const speaker = new RegExp(
      `(?:said|cried|called) the (?:(?:${traits}|stubborn|angry|jealous|fair|just|peaceful) )?(\\w+)`,
      'g',
    );
    for (const text of documents) {
      const two = /^The (\w+) and the (\w+)\n/m
        .exec(text)
        ?.slice(1)
        .map((name) => name.toLowerCase());
      const speakers = [...text.matchAll(speaker)].map(([, name]) => name);
      expect(speakers.length).toBeGreaterThan(0);
      for (const name of speakers) expect(two).toContain(name);
    }
  });

  it('speaks of the sleeper by its own pronoun', () => {
    const his: Record<string, string> = { cat: 'her', apes: 'their' };
    const seen = [...corpus.matchAll(/The (\w+) slept, and the \w+ ran over (\w+)/g)];
    expect(seen.length).toBeGreaterThan(100);
    for (const [, sleeper, pronoun] of seen) expect(pronoun).toBe(his[sleeper as string] ?? 'his');
  });

  it('uses the named danger as the danger that is met', () => {
    const met: Record<string, string> = {
      ice: 'fell through the ice',
      fog: 'got lost in the fog',
      river: 'fell in the river',
      snow: 'sank in the snow',
    };
    const seen = [...corpus.matchAll(/Do not go to the \w+, the (\w+) is[\s\S]*?Moral/g)];
    expect(seen.length).toBeGreaterThan(100);
    for (const [story, danger] of seen) expect(story).toContain(met[danger as string]);
  });

  it('halves what is shared', () => {
    const halves: Record<string, string> = { four: 'two', six: 'three', eight: 'four', ten: 'five', twelve: 'six' };
    const seen = [...corpus.matchAll(/ found (\w+) \w+ \w+\.\n.*\n.*each had (\w+)/g)];
    expect(seen.length).toBeGreaterThan(100);
    for (const [, whole, half] of seen) expect(half).toBe(halves[whole as string]);
  });
});
