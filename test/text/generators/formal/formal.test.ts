import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CorpusGenerator } from '../../../../src/text/generators/corpus-generator.js';
import { formalGenerator } from '../../../../src/text/generators/formal/index.js';
import { type FormalCorpus, formalCorpus, type formalNames } from '../../../../src/text/generators/formal/parameters.js';
import { corpora, finiteCorpora, shortCorpora } from './small-corpora.js';

const named = (list: readonly FormalCorpus[]) => list.map((corpus) => [JSON.stringify(corpus), corpus] as const);
const linesOf = (text: string) => text.match(/[^\n]*\n/g) ?? [];
/** The letters of names that are not in the other corpora whose lines are listed. */
const namesAlphabet = [...'defghijklmnoprstuvyzABDEFGHIJKLMNOPRSTUVYZ'];
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Every line that begins with `prefix`, as probable as at least `least`, with its surprisal. */
function enumerate(generator: CorpusGenerator, alphabet: readonly string[], least: number): { text: string; nats: number }[] {
  const found: { text: string; nats: number }[] = [];
  const extend = (prefix: string) => {
    for (const character of alphabet) {
      const text = prefix + character;
      const nats = surprisalOf(generator, text);
      if (nats === undefined || nats > -Math.log(least)) continue;
      if (character === '\n') found.push({ text, nats });
      else extend(text);
    }
  };
  extend('');
  return found;
}

function surprisalOf(generator: CorpusGenerator, text: string): number | undefined {
  try {
    return generator.surprisal(text).nats;
  } catch {
    return undefined;
  }
}

describe.each(named(corpora))('%s', (_, corpus) => {
  const generator = formalGenerator(corpus);
  const sample = generator.generate({ seed: 3, characters: 30_000 });

  it('has the entropy of its samples, within four standard errors', () => {
    const { natsPerDocument, charactersPerDocument, natsPerCharacter } = generator.entropy();
    expect(natsPerCharacter).toBe(natsPerDocument / charactersPerDocument);
    const lines = linesOf(sample).map((text) => ({ nats: generator.surprisal(text).nats, characters: text.length }));
    const within = (values: number[], expected: number) => {
      const average = mean(values);
      const error = Math.sqrt(mean(values.map((value) => (value - average) * (value - average))) / values.length);
      expect(Math.abs(average - expected)).toBeLessThan(4 * error + 1e-9);
    };
    expect(lines.length).toBeGreaterThan(100);
    within(
      lines.map(({ nats }) => nats),
      natsPerDocument,
    );
    within(
      lines.map(({ characters }) => characters),
      charactersPerDocument,
    );
    within(
      lines.map(({ nats, characters }) => nats - natsPerCharacter * characters),
      0,
    );
  });

  it('writes whole lines, at least the requested number of characters, and the same text from the same seed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 500 }), (seed, characters) => {
        const text = generator.generate({ seed, characters });
        const lines = linesOf(text);
        expect(lines.join('')).toBe(text);
        expect(text.length).toBeGreaterThanOrEqual(characters);
        expect(text.length - lines.at(-1)!.length).toBeLessThan(characters);
        expect(generator.generate({ seed, characters })).toBe(text);
      }),
      { numRuns: 6 },
    );
    expect(generator.generate({ seed: 4, characters: 30_000 })).not.toBe(sample);
  });

  it('gives characters surprisals that add up, and lines the sum of the lines', () => {
    const span = linesOf(sample).slice(0, 30).join('');
    const { nats, characters, perCharacter } = generator.surprisal(span);
    expect(characters).toBe(span.length);
    expect(perCharacter.every((value) => value >= 0)).toBe(true);
    expect(perCharacter.reduce((sum, value) => sum + value, 0)).toBeCloseTo(nats, 9);
    const apart = linesOf(span).reduce((sum, text) => sum + generator.surprisal(text).nats, 0);
    expect(apart).toBeCloseTo(nats, 9);
    expect(generator.surprisal(sample.slice(0, 17)).perCharacter).toEqual(
      generator.surprisal(sample).perCharacter.slice(0, 17),
    );
  });

  it('gives other texts probability 0', () => {
    expect(() => generator.surprisal('\n')).toThrow(expect.objectContaining({ kind: 'data' }));
    expect(() => generator.surprisal(`${linesOf(sample)[0]}?`)).toThrow('line 2, character');
  });
});

describe.each(named(finiteCorpora))('the lines of %s', (_, corpus) => {
  it('have probabilities that sum to one, and their mean surprisal is the entropy', () => {
    const generator = formalGenerator(corpus);
    const lines = enumerate(generator, [...'abc.|012*=\n', ...namesAlphabet], 1e-9);
    const total = lines.reduce((sum, { nats }) => sum + Math.exp(-nats), 0);
    const entropy = lines.reduce((sum, { nats }) => sum + nats * Math.exp(-nats), 0);
    const length = lines.reduce((sum, { text, nats }) => sum + text.length * Math.exp(-nats), 0);
    expect(total).toBeCloseTo(1, 12);
    expect(entropy).toBeCloseTo(generator.entropy().natsPerDocument, 12);
    expect(length).toBeCloseTo(generator.entropy().charactersPerDocument, 12);
  });
});

describe.each(named(shortCorpora))('the lines of %s that are not very rare', (_, corpus) => {
  it('have probabilities that nearly sum to one', () => {
    const generator = formalGenerator(corpus);
    const lines = enumerate(generator, [...'abBTPSXVE()\n'], 1e-5);
    const total = lines.reduce((sum, { nats }) => sum + Math.exp(-nats), 0);
    const entropy = lines.reduce((sum, { nats }) => sum + nats * Math.exp(-nats), 0);
    expect(total).toBeLessThan(1 + 1e-12);
    expect(total).toBeGreaterThan(0.98);
    expect(entropy / generator.entropy().natsPerDocument).toBeGreaterThan(0.93);
    expect(entropy / generator.entropy().natsPerDocument).toBeLessThan(1);
  });
});

describe('the texts', () => {
  const lines = (name: (typeof formalNames)[number], given: Record<string, number> = {}) =>
    linesOf(formalGenerator(formalCorpus(name, given)).generate({ seed: 1, characters: 20_000 })).map((line) =>
      line.slice(0, -1),
    );

  it('of copy say the same twice', () => {
    for (const line of lines('copy', { length: 3, distance: 4 })) {
      expect(line).toMatch(/^([a-d]{3})\.{4}\|\1$/);
    }
  });

  it('of adding end in the sum of the marked digits, one in each half', () => {
    for (const line of lines('adding', { length: 4, base: 7 })) {
      expect(line).toMatch(/^[0-6*]{10}=[0-6]$/);
      const marked = [...line.matchAll(/\*(\d)/g)].map(([, digit]) => Number(digit));
      expect(marked).toHaveLength(2);
      expect((marked[0]! + marked[1]!) % 7).toBe(Number(line.at(-1)));
      expect(line.replace(/\*(?=\d)/, '').indexOf('*')).toBeGreaterThanOrEqual(4);
    }
  });

  it('of dyck are balanced, no deeper than the limit, and reach it', () => {
    let deepest = 0;
    for (const line of lines('dyck', { pairs: 3, maximumDepth: 4 })) {
      const stack: string[] = [];
      for (const bracket of line) {
        if ('([{'.includes(bracket)) stack.push(bracket);
        else expect(`${stack.pop()}${bracket}`).toMatch(/^(\(\)|\[\]|\{\})$/);
        deepest = Math.max(deepest, stack.length);
      }
      expect(stack).toEqual([]);
    }
    expect(deepest).toBe(4);
  });

  it('of reber pass the grammar, and repeat what they chose first', () => {
    const plain = 'B(?:TS*X(?:XT*VP)*S|TS*X(?:XT*VP)*XT*VV|PT*VV|PT*VP(?:XT*VP)*(?:S|XT*VV))E';
    for (const line of lines('reber')) expect(line).toMatch(new RegExp(`^B([TP])${plain}\\1E$`));
    expect(lines('reber', { embeddings: 3 })[0]).toMatch(/^B([TP])B([TP])B([TP])B.*E\3E\2E\1E$/);
  });

  it('of names are syllables, with vowels in harmony and at most so many of them', () => {
    const names = lines('names', { maximumSyllables: 3, harmony: 1 });
    for (const name of names) {
      expect(name).toMatch(/^[A-Z][a-z]*$/);
      const found = name.toLowerCase().match(/[aeiouy]/g)!;
      expect(found.length).toBeLessThanOrEqual(3);
      expect(new Set(found.map((vowel) => 'eiy'.includes(vowel))).size).toBe(1);
      expect(name).not.toMatch(/[aeiouy]{2}|[^aeiouy]{4}/i);
    }
    const broken = lines('names', { harmony: 0.8 }).filter((name) => /[eiy]/i.test(name) && /[aou]/i.test(name));
    expect(broken.length).toBeGreaterThan(100);
  });

  it('of markov come from one table, whatever the seed of the text', () => {
    const counts = (seed: number, tableSeed: number) => {
      const text = formalGenerator(formalCorpus('markov', { order: 1, tableSeed })).generate({ seed, characters: 50_000 });
      return (text.match(/ab/g) ?? []).length / (text.match(/a/g) ?? []).length;
    };
    expect(counts(1, 1)).toBeCloseTo(counts(2, 1), 1);
    expect(Math.abs(counts(1, 1) - counts(1, 3))).toBeGreaterThan(0.1);
  });
});

describe('a Markov table', () => {
  it('that is too large is refused with what to make smaller', () => {
    expect(() => formalGenerator(formalCorpus('markov', { order: 8, alphabet: 26 }))).toThrow(
      expect.objectContaining({ kind: 'usage', message: expect.stringContaining('smaller alphabet or order') }),
    );
  });
});
