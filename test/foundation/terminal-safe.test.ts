import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTerminalSafeStream, terminalSafe, terminalSafeJson } from '../../src/foundation/terminal-safe.js';

const strange = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x9f }).map((code) => String.fromCharCode(code)),
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '\x1b[2J',
      '\u202e',
      '\u2066',
      '\u2028',
      '\ud83d',
      '\ude00',
      '😀',
      '\u200d',
      'ש',
      '\u9b00',
    ),
  ),
});
const dangerous = (text: string) =>
  [...text.replaceAll('\r\n', '\n')].filter((character) => {
    const code = character.codePointAt(0)!;
    if (character === '\n' || character === '\t') return false;
    const control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    const bidirectional = (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return control || bidirectional || (code >= 0xd800 && code <= 0xdfff);
  });

describe('terminal safety', () => {
  it('leaves no character that a terminal executes', () => {
    fc.assert(fc.property(strange, (text) => void expect(dangerous(terminalSafe(text))).toEqual([])));
  });

  it('is the same for text in any pieces, including those that split characters', () => {
    fc.assert(
      fc.property(strange, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (text, cuts) => {
        const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
        const stream = createTerminalSafeStream();
        const pieces = places.slice(1).map((end, i) => stream.push(text.slice(places[i], end)));
        expect(pieces.join('') + stream.end()).toBe(terminalSafe(text));
      }),
    );
  });

  it.each([
    ['\x1b[31mred\x1b[0m', '\\u{1b}[31mred\\u{1b}[0m'],
    ['\x1b]0;title\x07', '\\u{1b}]0;title\\u{7}'],
    ['\x9b2J', '\\u{9b}2J'],
    ['over\rwritten', 'over\\u{d}written'],
    ['back\b\x7f', 'back\\u{8}\\u{7f}'],
    ['a\u202egnp.exe', 'a\\u{202e}gnp.exe'],
    ['half \ud83d', 'half \\u{d83d}'],
  ])('shows %j as %j', (text, shown) => {
    expect(terminalSafe(text)).toBe(shown);
  });

  it.each(['plain\ttext\nin lines\r\n', 'naïve 中文 עברית', '👩‍👩‍👧 می‌خواهم', '😀'])('leaves %j as it is', (text) => {
    expect(terminalSafe(text)).toBe(text);
  });

  it('writes JSON without such characters that reads back exactly', () => {
    fc.assert(
      fc.property(strange, (text) => {
        const json = terminalSafeJson({ text });
        expect(dangerous(json)).toEqual([]);
        expect(JSON.parse(json)).toEqual({ text });
      }),
    );
  });
});
