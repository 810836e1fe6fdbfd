import { describe, expect, it } from 'vitest';
import { printable, quotedName } from '../../src/foundation/printable.js';

describe('printable', () => {
  it('shows control and direction-changing characters and line ends by number, and other text unchanged', () => {
    expect(printable('é 世 😀 "\\')).toBe('é 世 😀 "\\');
    expect(printable('a\u001b[2J\u009b\u202e\u2028\ud800\t\n')).toBe('a\\u{1b}[2J\\u{9b}\\u{202e}\\u{2028}\\u{d800}\\t\\n');
  });

  it('cuts what is longer than the limit', () => {
    expect(printable('x'.repeat(200))).toBe('x'.repeat(200));
    expect(printable('x'.repeat(201))).toBe(`${'x'.repeat(200)}…`);
    expect(printable('abcd', 3)).toBe('abc…');
  });
});

describe('quotedName', () => {
  it('shows control, escape and invisible characters by number, and shortens', () => {
    expect(quotedName('rnn.weight')).toBe('"rnn.weight"');
    expect(quotedName('a b\u00a0\u001b[2J\u009b\u202e"\\\n')).toBe(
      '"a b\\u{a0}\\u{1b}[2J\\u{9b}\\u{202e}\\u{22}\\u{5c}\\u{a}"',
    );
    expect(quotedName('x'.repeat(100))).toBe(`"${'x'.repeat(80)}…"`);
  });
});
