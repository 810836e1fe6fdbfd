import { describe, expect, it } from 'vitest';
import { normalizePattern } from '../../../src/sample/regular-expression/normalize-pattern.js';

const nfc = (text: string) => text.normalize('NFC');
const nfkc = (text: string) => text.replace(/\r\n?/g, '\n').normalize('NFKC');

describe('a regular expression for normalized texts', () => {
  it.each([
    ['cafe\u0301 (x|y)+', 'caf\u00e9 (x|y)+'],
    ['cafe\u0301+', 'caf\u00e9+'],
    ['ae\u0301{2,3}b', 'a\u00e9{2,3}b'],
    ['[ae\u0301-z]e\u0301', '[a\u00e9-z]\u00e9'],
    ['\\u0065\u0301\\p{L}\\.', '\\u0065\u0301\\p{L}\\.'],
    ['plain [^a-z]* \\[x\\]', 'plain [^a-z]* \\[x\\]'],
  ])('in NFC, %j is %j', (pattern, expected) => {
    expect(normalizePattern(pattern, nfc)).toBe(expected);
  });

  it.each([
    ['\ufb01+', '(?:fi)+'],
    ['\ufb01x', 'fix'],
    ['\uff08a\uff09\uff0a', '\\(a\\)\\*'],
    ['a\r\nb\rc', 'a\nb\nc'],
    ['[\uff21\ufb01\uff0d]', '[A\ufb01\\-]'],
  ])('in NFKC with line feeds, %j is %j', (pattern, expected) => {
    expect(normalizePattern(pattern, nfkc)).toBe(expected);
  });
});
