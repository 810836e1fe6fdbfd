import { WriteStream } from 'node:tty';
import { terminalSafe } from '../foundation/terminal-safe.js';
import { canColour, type TerminalTraits } from './colours.js';
import { columnsOf } from './columns.js';
import { TerminalText } from './terminal-text.js';

/** A piece of a text with its level: 0 to HEAT_LEVELS - 1, or undefined where nothing was measured. */
export interface HeatPiece {
  /**
   * Control characters are shown by number, which takes columns. Line feeds and tabs are laid out; a carriage return before a line feed is
   * omitted.
   */
  readonly text: string;
  readonly level: number | undefined;
}

/** Bits of colour: 24, 8, or 0 for digits under the text. */
export type HeatColours = 24 | 8 | 0;

export const HEAT_LEVELS = 8;

/** The level of a value, at least 0, where each level is one step; the last level also has all larger values. */
export function heatLevel(value: number, step: number): number {
  return Math.min(HEAT_LEVELS - 1, Math.floor(value / step));
}

/**
 * The colours of a stream. With FORCE_COLOR, a terminal that does not report its number of colours gets 256, which almost all terminals have. From CI, Node.js
 * concludes which colours the log of a service shows, which says nothing about a terminal.
 */
export function heatColours(terminal: TerminalTraits): HeatColours {
  if (!canColour(terminal)) return 0;
  const { CI: _, ...environment } = terminal.environment;
  const depth = WriteStream.prototype.getColorDepth(environment);
  if (depth === 24) return 24;
  return depth === 8 || terminal.environment.FORCE_COLOR !== undefined ? 8 : 0;
}

/** From pale yellow to dark red (ColorBrewer's YlOrRd), each with the nearest of the 256 colours. */
const backgrounds: readonly (readonly [red: number, green: number, blue: number, index: number])[] = [
  [255, 255, 204, 230],
  [255, 237, 160, 229],
  [254, 217, 118, 222],
  [254, 178, 76, 215],
  [253, 141, 60, 209],
  [252, 78, 42, 202],
  [227, 26, 28, 160],
  [177, 0, 38, 88],
];
/** From this level on letters are white: black ones would be hard to read. */
const FIRST_DARK = 6;
const TAB = 8;

interface Cell {
  readonly text: string;
  readonly columns: number;
  readonly level: number | undefined;
}

/**
 * A text as lines of so many columns (at least 8), with the level as the background colour. Letters are coloured as well, so that the text
 * is readable on dark and on light terminals. Without colours, a line of digits follows each line of text. Lines break after spaces where
 * possible. Zero-width joiners are omitted: each part of a joined emoji takes its own columns.
 */
export function heatMap(pieces: Iterable<HeatPiece>, columns: number, colours: HeatColours): TerminalText[] {
  return layOut(pieces, Math.max(8, columns)).flatMap((row) => (colours === 0 ? digits(row) : [painted(row, colours)]));
}

/** A scale with all levels. */
export function heatScale(colours: HeatColours): TerminalText {
  const cells = Array.from({ length: HEAT_LEVELS }, (_, level) => ({ text: ` ${level} `, columns: 3, level }));
  return colours === 0 ? new TerminalText(Array.from(cells.keys()).join(' ')) : painted(cells, colours);
}

function layOut(pieces: Iterable<HeatPiece>, columns: number): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let used = 0;
  const endRow = (cells: number) => {
    rows.push(row.slice(0, cells));
    row = row.slice(cells);
    used = row.reduce((sum, cell) => sum + cell.columns, 0);
  };
  for (const { text, level } of pieces) {
    for (const character of text.replaceAll('\r\n', '\n').replaceAll('\u200d', '')) {
      const last = row.at(-1);
      let width = widthOf(character, used);
      if (width === 0) {
        if (last) row[row.length - 1] = { ...last, text: last.text + character };
        continue;
      }
      for (; used + width > columns && row.length > 0; width = widthOf(character, used)) {
        const blank = row.findLastIndex((cell) => cell.text.trim() === '') + 1;
        endRow(blank > 0 ? blank : row.length);
      }
      row.push({ text: shown(character, width), columns: width, level });
      used += width;
      if (character === '\n') endRow(row.length);
    }
  }
  if (row.length > 0) endRow(row.length);
  return rows;
}

const widthOf = (character: string, used: number) =>
  character === '\t' ? TAB - (used % TAB) : character === '\n' ? 1 : columnsOf(character);

/** A line end has a surprisal too, so it is made visible. */
const shown = (character: string, width: number) =>
  character === '\n' ? '↵' : character === '\t' ? ' '.repeat(width) : character;

function painted(row: readonly Cell[], colours: 24 | 8): TerminalText {
  let codes = '';
  for (let start = 0; start < row.length; ) {
    let end = start;
    while (end < row.length && row[end]!.level === row[start]!.level) end++;
    const text = row
      .slice(start, end)
      .map((cell) => cell.text)
      .join('');
    const { level } = row[start]!;
    codes += level === undefined ? terminalSafe(text) : `${paint(level, colours)}${terminalSafe(text)}\x1b[0m`;
    start = end;
  }
  return new TerminalText(codes);
}

function paint(level: number, colours: 24 | 8): string {
  const [red, green, blue, index] = backgrounds[level]!;
  if (colours === 24) return `\x1b[${level < FIRST_DARK ? '38;2;0;0;0' : '38;2;255;255;255'};48;2;${red};${green};${blue}m`;
  return `\x1b[38;5;${level < FIRST_DARK ? 16 : 231};48;5;${index}m`;
}

function digits(row: readonly Cell[]): TerminalText[] {
  const text = row.map((cell) => cell.text).join('');
  const marks = row.map(({ level, columns }) => (level === undefined ? '' : String(level)).padEnd(columns)).join('');
  return [text, marks].map((line) => new TerminalText(terminalSafe(line.trimEnd())));
}
