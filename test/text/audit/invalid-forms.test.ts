import { describe, expect, it } from 'vitest';
import { findInvalidForms } from '../../../src/text/audit/invalid-forms.js';

const found = (text: string) => findInvalidForms(text).map(({ what, count, first }) => [what, count, first]);

describe('invalid forms', () => {
  it.each([
    ['a\u001b[1mb\u0085', [['control characters', 2, 1]]],
    ['a\ufffdb\ufffd', [['replacement characters U+FFFD', 2, 1]]],
    ['ab\ufeffc', [['byte order marks within the text', 1, 2]]],
    ['a\ud800b', [['halves of surrogate pairs', 1, 1]]],
    ['a\uffff', [['characters that Unicode will never assign', 1, 1]]],
    ['a\nb\r\nc\n', [['both CRLF (1) and LF (2) at line ends', 1, 3]]],
    ['a\rb\n', [['carriage returns without a line feed', 1, 1]]],
    ['cafe\u0301', [['characters not in composed form (NFC)', 1, 3]]],
  ])('are found in %j', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it.each(['plain\ttext\n', 'a\r\nb\r\n', 'café 世界 👩‍👩‍👧', 'ก็ नमस्ते עִבְרִית'.normalize('NFC')])('are not in %j', (text) => {
    expect(found(text)).toEqual([]);
  });
});
