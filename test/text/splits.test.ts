import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Corpus } from '../../src/text/corpus.js';
import { describeOrigin, type SplitBoundary, type SplitFractions, splitNames } from '../../src/text/splits.js';
import { splitPieces } from './split-pieces.js';

/** The splits of a text that comes in pieces of one character and in one piece: they are the same. */
async function splitText(text: string, fractions: SplitFractions, boundary: SplitBoundary, file: string): Promise<Corpus> {
  const whole = await splitPieces([text], fractions, boundary, file);
  expect(await splitPieces([...text], fractions, boundary, file)).toEqual(whole);
  return whole;
}

const data = expect.objectContaining({ kind: 'data' });
const usage = expect.objectContaining({ kind: 'usage' });

describe('splits', () => {
  it('cut at floor(n * fraction) characters', async () => {
    const corpus = await splitText('0123456789', { train: 0.75, validation: 0.25 }, 'character', 'digits.txt');
    expect(corpus).toEqual({
      train: '0123456',
      validation: '789',
      origins: { train: { file: 'digits.txt', start: 0, end: 7 }, validation: { file: 'digits.txt', start: 7, end: 10 } },
    });
    expect(describeOrigin(corpus.origins.validation!)).toBe('digits.txt, characters 7 to 10');
  });

  it('do not lose a character to binary fractions', async () => {
    const { train, validation, test } = await splitText(
      '0123456789',
      { train: 0.7, validation: 0.2, test: 0.1 },
      'character',
      'f',
    );
    expect([train, validation, test]).toEqual(['0123456', '78', '9']);
  });

  it('count characters, not UTF-16 units', async () => {
    const { train, validation, origins } = await splitText('😀a😁b', { train: 0.5, validation: 0.5 }, 'character', 'f');
    expect([train, validation]).toEqual(['😀a', '😁b']);
    expect(origins.validation).toEqual({ file: 'f', start: 2, end: 4 });
  });

  it('move forward to the next line, and stay at a line start', async () => {
    const text = 'ab\r\ncd\nef\n';
    const cutAt = async (train: number) => (await splitText(text, { train, validation: 1 - train }, 'line', 'f')).train;
    expect(await cutAt(0.1)).toBe('ab\r\n');
    expect(await cutAt(0.4)).toBe('ab\r\n');
    expect(await cutAt(0.5)).toBe('ab\r\ncd\n');
    expect(await cutAt(0.7)).toBe('ab\r\ncd\n');
  });

  it('move forward to the next document, behind all of its blank lines', async () => {
    const text = 'one\ntwo\n\n \t\r\nthree\nfour\n\nfive\n';
    const cutAt = async (characters: number) => {
      const train = characters / text.length;
      return (await splitText(text, { train, validation: 1 - train }, 'document', 'f')).train.length;
    };
    const second = text.indexOf('three');
    const third = text.indexOf('five');
    expect(await Promise.all([1, 4, 8, 9, 11, second].map(cutAt))).toEqual(Array(6).fill(second));
    expect(await Promise.all([second + 1, second + 6, third - 1, third].map(cutAt))).toEqual(Array(4).fill(third));
  });

  it('cover the whole text in order, each beginning at the requested boundary', async () => {
    const starts: Record<SplitBoundary, RegExp> = { character: /$/, line: /\n$/, document: /(^|\n)[ \t\r]*\n$/ };
    const text = fc.string({ unit: fc.constantFrom('a', '😀', '\n', ' ', '\r\n'), minLength: 1, maxLength: 60 });
    const shares = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(9));
    await fc.assert(
      fc.asyncProperty(text, shares, fc.constantFrom('character', 'line', 'document'), async (s, parts, boundary) => {
        const total = parts[0] + parts[1] + parts[2];
        const [train, validation, test] = parts.map((part) => part / total) as [number, number, number];
        const wanted = splitNames.filter((_, i) => parts[i]! > 0);
        let corpus: Corpus;
        try {
          corpus = await splitText(s, { train, validation, test }, boundary, 'f');
        } catch (error) {
          expect(error).toEqual(data);
          return;
        }
        expect(wanted.map((name) => corpus[name]).join('')).toBe(s);
        expect(Object.keys(corpus.origins)).toEqual(wanted);
        let before = '';
        for (const name of wanted) {
          const { start, end } = corpus.origins[name]!;
          expect([...s].slice(start, end).join('')).toBe(corpus[name]);
          expect(corpus[name]).not.toBe('');
          if (before !== '') expect(before).toMatch(starts[boundary]);
          before += corpus[name];
        }
      }),
      { numRuns: 500 },
    );
  });

  it('that are empty are refused with advice', async () => {
    const fractions = { train: 0.5, validation: 0.5 };
    await expect(splitText('a', fractions, 'character', 'f.txt')).rejects.toThrow(data);
    await expect(splitText('a', fractions, 'character', 'f.txt')).rejects.toThrow(
      'f.txt: the train split is empty (the file has 1 characters). Use a larger corpus.split.train, or more text.',
    );
    await expect(splitText('abcdef', fractions, 'line', 'f.txt')).rejects.toThrow(
      /validation split is empty when cut at line ends.*corpus.boundary: character/,
    );
    await expect(splitText('a\nb\nc\n', fractions, 'document', 'f.txt')).rejects.toThrow(
      /empty when cut at blank lines.*corpus.boundary: line/,
    );
  });

  it('need fractions that sum to 1', async () => {
    for (const fractions of [{ train: 0.9 }, { train: 0, test: 1 }, { train: 1.5, test: -0.5 }, { train: Number.NaN }]) {
      await expect(splitText('text', fractions, 'character', 'f')).rejects.toThrow(usage);
    }
    expect((await splitText('text', { train: 1, validation: 0 }, 'character', 'f')).train).toBe('text');
  });
});
