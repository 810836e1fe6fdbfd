import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNormalizer, normalizeText } from '../../../src/text/reading/normalization.js';
import type { Normalization } from '../../../src/text/reading/reading-options.js';
import { anyText } from '../tokenizers/mixed-texts.js';

const plain: Normalization = { unicode: 'none', newlines: 'keep', byteOrderMark: 'drop' };

function inPieces(pieces: readonly string[], normalization: Normalization): string {
  const normalizer = createNormalizer(normalization, 'f');
  return pieces.map(normalizer.push).join('') + normalizer.end();
}

describe('normalization', () => {
  it('changes what was asked for', () => {
    const text = 'e\u0301 ﬁ\r\nx\ry\n';
    expect(normalizeText(text, plain)).toBe(text);
    expect(normalizeText(text, { ...plain, unicode: 'NFC' })).toBe('é ﬁ\r\nx\ry\n');
    expect(normalizeText(text, { ...plain, unicode: 'NFKC', newlines: 'lf' })).toBe('é fi\nx\ny\n');
  });

  it('gives the same for a text in pieces as for the whole, wherever it is cut', () => {
    // What combines with what stands before it: marks, Hangul of two and three parts, half-width forms, and characters of no class.
    const combining = fc.string({
      unit: fc.constantFrom(
        'e',
        '\u0301',
        '\u0323',
        'ᄒ',
        'ᅡ',
        'ᆫ',
        '하',
        'ｶ',
        'ﾞ',
        'ﾡ',
        'ￂ',
        'ཱི',
        '\u0344',
        '\r',
        '\n',
        'é',
        '𑂙',
        '𑂺',
        '界',
      ),
      maxLength: 30,
    });
    const any = fc.constantFrom<Normalization>(
      { ...plain, unicode: 'NFC' },
      { ...plain, unicode: 'NFKC' },
      { ...plain, newlines: 'lf' },
      { ...plain, unicode: 'NFC', newlines: 'lf' },
      { ...plain, unicode: 'NFKC', newlines: 'lf' },
    );
    fc.assert(
      fc.property(fc.oneof(combining, anyText), any, (text, normalization) => {
        expect(inPieces([...text], normalization)).toBe(normalizeText(text, normalization));
      }),
      { numRuns: 2000 },
    );
  });

  it('holds back at most a million characters', () => {
    const { push } = createNormalizer({ ...plain, unicode: 'NFC' }, 'marks.txt');
    const marks = '\u0301'.repeat(300_000);
    expect(() => [1, 2, 3, 4].map(() => push(marks))).toThrow(/marks.txt: 1048576 combining characters in a row/);
  });
});
