import { describe, expect, it } from 'vitest';
import { detectInText, detectors } from '../../src/diagnose/detectors.js';

/** The numbers of a detector for each character. */
function detect(name: string, text: string): number[] {
  const characters = [...text];
  const found = detectInText(characters, characters.length).find(({ detector }) => detector.name === name)!;
  return [...found.values];
}

describe('detectors', () => {
  it.each([
    ['quotes', 'a "b" c', [0, 0, 1, 1, 0, 0, 0]],
    ['quotes', '“a” „b” c', [1, 1, 0, 0, 1, 1, 0, 0, 0]],
    ['quotes', '"a\nb\n\nc"', [1, 1, 1, 1, 1, 0, 0, 1]],
    ['line position', 'ab\nc\n\nd', [1, 2, 0, 1, 0, 0, 1]],
    ['brackets', 'f(a[0]) }{', [0, 1, 1, 2, 2, 1, 0, 0, 0, 1]],
    ['word end', "it's a x2, 𝒳é!", [0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1]],
    ['capitals', 'Ab É1ß', [1, 0, 0, 1, 0, 0]],
  ])('%s in %j', (name, text, wanted) => {
    expect(detect(name, text)).toEqual(wanted);
  });

  it('have one name each', () => {
    expect(new Set(detectors.map(({ name }) => name)).size).toBe(detectors.length);
  });

  it('give a token the number at its last character, and a token without a character that before it', () => {
    const pieces = ['', 'say "', '', 'yes', '" (', 'B'];
    const found = new Map(detectInText(pieces, 6).map(({ detector, values }) => [detector.name, [...values]]));
    expect(found.get('quotes')).toEqual([0, 1, 1, 1, 0, 0]);
    expect(found.get('line position')).toEqual([0, 5, 5, 8, 11, 12]);
    expect(found.get('brackets')).toEqual([0, 0, 0, 0, 1, 1]);
    expect(found.get('capitals')).toEqual([0, 0, 0, 0, 0, 1]);
  });
});
