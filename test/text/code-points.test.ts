import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCodePoints, countCodePoints, indexOfCodePoint, quoteToken } from '../../src/text/code-points.js';

const text = fc.string({ unit: 'binary' });

describe('code points', () => {
  it('are counted as the string iterator counts them', () => {
    fc.assert(
      fc.property(text, (s) => {
        expect(countCodePoints(s)).toBe([...s].length);
      }),
    );
  });

  it('are found by their number', () => {
    fc.assert(
      fc.property(text, fc.nat(20), (s, count) => {
        expect(s.slice(0, indexOfCodePoint(s, count))).toBe([...s].slice(0, count).join(''));
      }),
    );
  });

  it('order strings as their UTF-8 bytes do', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareCodePoints(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
    expect(compareCodePoints('！', '😀')).toBeLessThan(0);
    expect(compareCodePoints('😀', '😁')).toBeLessThan(0);
  });
});

describe('a quoted token', () => {
  it('never contains a control, formatting or line-breaking character', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((u) => String.fromCharCode(u)) }), (s) => {
        expect(quoteToken(s)).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u);
      }),
    );
  });

  it('names the code point of a single character that is hard to read', () => {
    expect(quoteToken('é')).toBe('"é" (U+00E9)');
    expect(quoteToken('\u001b')).toBe('"\\u001b" (U+001B)');
    expect(quoteToken('\u202e')).toBe('"\\u{202e}" (U+202E)');
    expect(quoteToken(' ')).toBe('" " (U+0020)');
    expect(quoteToken('a')).toBe('"a"');
  });

  it('is cut after 32 characters', () => {
    expect(quoteToken('😀'.repeat(40))).toBe(`"${'😀'.repeat(32)}…"`);
  });
});
