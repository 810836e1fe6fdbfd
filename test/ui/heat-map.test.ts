import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../src/ui/columns.js';
import { type HeatColours, type HeatPiece, heatMap, heatScale } from '../../src/ui/heat-map.js';
import type { TerminalText } from '../../src/ui/terminal-text.js';

const widthOf = (line: string) => [...line].reduce((sum, character) => sum + columnsOf(character), 0);
const piece = (text: string, level?: number): HeatPiece => ({ text, level });

const codes = (lines: readonly TerminalText[]) => lines.map((line) => line.codes);

describe('a heat map', () => {
  it('has digits under the text without colours, under wide characters and tabs as well', () => {
    const pieces = [
      piece('世', 3),
      piece('界', 7),
      piece('a', 1),
      piece('\t', 0),
      piece('b', 2),
      piece('\n', 5),
      piece('e\u0301', 4),
    ];
    expect(codes(heatMap(pieces, 80, 0))).toEqual(['世界a   b↵', '3 7 10  25', 'e\u0301', '4']);
  });

  it('does not change text that was not measured', () => {
    expect(codes(heatMap([piece('the'), piece(' '), piece('hare', 6)], 80, 0))).toEqual(['the hare', '    6666']);
    expect(codes(heatMap([piece('the'), piece(' hare', 6)], 80, 8))).toEqual(['the\x1b[38;5;231;48;5;160m hare\x1b[0m']);
  });

  it('sets letter and background colours together, so that it is readable on dark and on light terminals', () => {
    for (const colours of [24, 8] as HeatColours[]) {
      for (let level = 0; level < 8; level++) {
        const [line = ''] = codes(heatMap([piece('x', level)], 80, colours));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what this is about
        expect(line).toMatch(/^\x1b\[38;[\d;]+;48;[\d;]+mx\x1b\[0m$/);
      }
    }
    expect(new Set(heatScale(24).codes.split('\x1b[0m')).size).toBe(9);
    expect(heatScale(0).codes).toBe('0 1 2 3 4 5 6 7');
  });

  it('breaks lines after blanks, and long words where the line ends', () => {
    expect(codes(heatMap([piece('the hare and the tortoise', 1)], 10, 0).filter((_, i) => i % 2 === 0))).toEqual([
      'the hare',
      'and the',
      'tortoise',
    ]);
    expect(codes(heatMap([piece('abcdefghijklmn', 1)], 10, 0))).toEqual(['abcdefghij', '1111111111', 'klmn', '1111']);
  });

  it('ends lines at line ends of either kind, and shows them', () => {
    expect(codes(heatMap([piece('a\r\n', 1), piece('\n', 2)], 10, 0))).toEqual(['a↵', '11', '↵', '2']);
  });

  it('keeps any text complete and within the columns', () => {
    const pieces = fc.array(
      fc.record({ text: fc.stringMatching(/^[a-z 世👩é\t]*$/u), level: fc.option(fc.nat(7), { nil: undefined }) }),
    );
    fc.assert(
      fc.property(pieces, fc.integer({ min: 8, max: 40 }), fc.constantFrom<HeatColours>(0, 8, 24), (list, columns, colours) => {
        const lines = codes(heatMap(list, columns, colours)).map(stripVTControlCharacters);
        expect(lines.every((line) => widthOf(line) <= columns)).toBe(true);
        const text = lines.filter((_, i) => colours > 0 || i % 2 === 0).join('');
        expect(text.replaceAll(' ', '')).toBe(
          list
            .map((item) => item.text)
            .join('')
            .replaceAll(/[ \t]/g, ''),
        );
      }),
    );
  });

  it('knows the columns of letters, marks, ideographs, kana, hangul, fullwidth forms and emoji', () => {
    expect([...'aé\u0301\u200d世かカ한Ａ、🦊👩ｶ—א'].map(columnsOf)).toEqual([1, 1, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1]);
  });
});
