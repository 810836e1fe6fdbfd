import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeOrigin, type SplitBoundary, splitNames, splitText } from '../../src/text/splits.js';

const data = expect.objectContaining({ kind: 'data' });
const usage = expect.objectContaining({ kind: 'usage' });

describe('splits', () => {
  it('cut at floor(n * fraction) characters', () => {
    const corpus = splitText('0123456789', { train: 0.75, validation: 0.25 }, 'character', 'digits.txt');
    expect(corpus).toEqual({
      train: '0123456',
      validation: '789',
      origins: { train: { file: 'digits.txt', start: 0, end: 7 }, validation: { file: 'digits.txt', start: 7, end: 10 } },
    });
    expect(describeOrigin(corpus.origins.validation!)).toBe('digits.txt, characters 7 to 10');
  });

  it('do not lose a character to binary fractions', () => {
    const { train, validation, test } = splitText('0123456789', { train: 0.7, validation: 0.2, test: 0.1 }, 'character', 'f');
    expect([train, validation, test]).toEqual(['0123456', '78', '9']);
  });

  it('count characters, not UTF-16 units', () => {
    const { train, validation, origins } = splitText('😀a😁b', { train: 0.5, validation: 0.5 }, 'character', 'f');
    expect([train, validation]).toEqual(['😀a', '😁b']);
    expect(origins.validation).toEqual({ file: 'f', start: 2, end: 4 });
  });

  it('move forward to the next line, and stay at a line start', () => {
    const text = 'ab\r\ncd\nef\n';
    const cutAt = (train: number) => splitText(text, { train, validation: 1 - train }, 'line', 'f').train;
    expect(cutAt(0.1)).toBe('ab\r\n');
    expect(cutAt(0.4)).toBe('ab\r\n');
    expect(cutAt(0.5)).toBe('ab\r\ncd\n');
    expect(cutAt(0.7)).toBe('ab\r\ncd\n');
  });

  it('move forward to the next document, behind all of its blank lines', () => {
    const text = 'one\ntwo\n\n \t\r\nthree\nfour\n\nfive\n';
    const cutAt = (characters: number) => {
      const train = characters / text.length;
      return splitText(text, { train, validation: 1 - train }, 'document', 'f').train.length;
    };
    const second = text.indexOf('three');
    const third = text.indexOf('five');
    expect([1, 4, 8, 9, 11, second].map(cutAt)).toEqual(Array(6).fill(second));
    expect([second + 1, second + 6, third - 1, third].map(cutAt)).toEqual(Array(4).fill(third));
  });

  it('cover the whole text in order, each beginning at the boundary that was asked for', () => {
    const starts: Record<SplitBoundary, RegExp> = { character: /$/, line: /\n$/, document: /(^|\n)[ \t\r]*\n$/ };
    const text = fc.string({ unit: fc.constantFrom('a', '😀', '\n', ' ', '\r\n'), minLength: 1, maxLength: 60 });
    const shares = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(text, shares, fc.constantFrom('character', 'line', 'document'), (s, parts, boundary) => {
        const total = parts[0] + parts[1] + parts[2];
        const [train, validation, test] = parts.map((part) => part / total) as [number, number, number];
        const wanted = splitNames.filter((_, i) => parts[i] > 0);
        let corpus: ReturnType<typeof splitText>;
        try {
          corpus = splitText(s, { train, validation, test }, boundary, 'f');
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

  it('that come out empty are refused with the way out', () => {
    const fractions = { train: 0.5, validation: 0.5 };
    expect(() => splitText('a', fractions, 'character', 'f.txt')).toThrow(data);
    expect(() => splitText('a', fractions, 'character', 'f.txt')).toThrow(
      'f.txt: the train split is empty (the file has 1 characters). Use a larger corpus.split.train, or more text.',
    );
    expect(() => splitText('abcdef', fractions, 'line', 'f.txt')).toThrow(
      /validation split is empty when cut at line ends.*corpus.boundary: character/,
    );
    expect(() => splitText('a\nb\nc\n', fractions, 'document', 'f.txt')).toThrow(
      /empty when cut at blank lines.*corpus.boundary: line/,
    );
  });

  it('need fractions that sum to 1', () => {
    for (const fractions of [{ train: 0.9 }, { train: 0, test: 1 }, { train: 1.5, test: -0.5 }, { train: Number.NaN }]) {
      expect(() => splitText('text', fractions, 'character', 'f')).toThrow(usage);
    }
    expect(splitText('text', { train: 1, validation: 0 }, 'character', 'f').train).toBe('text');
  });
});
