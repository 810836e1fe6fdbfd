import { columnsOf } from './columns.js';

/** The widest text for reading, also on a wider terminal. */
export const TEXT_WIDTH = 120;

/** Our own escape codes, which take no room. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what this is about
const colour = /\x1b\[[\d;]*m/g;

/** The columns of a line. */
export function widthOf(line: string): number {
  let width = 0;
  for (const character of line.replace(colour, '')) width += columnsOf(character);
  return width;
}

/**
 * A text in lines of at most so many columns, broken at spaces but not at no-break spaces. A longer word gets its own line and is not
 * broken, so that a path or an address can be copied. Other spaces are not changed.
 */
export function wrapWords(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const [, blanks = '', word = ''] of text.matchAll(/( *)([^ ]*)/g)) {
    const [gap, width] = [blanks.length, widthOf(word)];
    if (used > 0 && word !== '' && used + gap + width > columns) {
      lines.push(line);
      line = word;
      used = width;
    } else {
      line += blanks + word;
      used += gap + width;
    }
  }
  return [...lines, line];
}

/** A line as one text; continuation lines are indented by two columns more than the line. */
export function wrapLine(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  const indent = `${/^ */.exec(line)![0]}  `;
  const [first = '', ...rest] = wrapWords(line, columns);
  if (columns < 3 * indent.length) return [first, ...rest].join('\n');
  return [first, ...wrapWords(rest.join(' '), columns - indent.length).map((part) => indent + part)].join('\n');
}
