import { findUnits, type TextUnits } from './units.js';

/** A part of a corpus: a split, or a file. The first one is the training text, the others are held out. */
export interface CorpusPart {
  readonly name: string;
  /** The file from which it comes. */
  readonly file: string;
  /** The line of the file at which it begins, from 1. */
  readonly firstLine: number;
  readonly text: string;
}

/** A part with its lines and units. */
export interface IndexedPart extends CorpusPart {
  readonly units: TextUnits;
  /** UTF-16 index at which each line begins. */
  readonly lines: Int32Array;
}

export function indexPart(part: CorpusPart): IndexedPart {
  return { ...part, units: findUnits(part.text), lines: findLines(part.text) };
}

/** `file:line` of a UTF-16 index of the part's text. */
export function placeOf({ file, firstLine, lines }: IndexedPart, index: number): string {
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (lines[middle]! <= index) low = middle;
    else high = middle;
  }
  return `${file}:${firstLine + low}`;
}

/** Index after the last character of a line, without its line end. */
export function endOfLine({ text, lines }: IndexedPart, line: number): number {
  const next = line + 1 < lines.length ? lines[line + 1]! : text.length;
  let end = next;
  while (end > lines[line]! && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--;
  return end;
}

/** The beginnings of lines; text after the last line end is a line only if it is not empty. */
function findLines(text: string): Int32Array {
  let count = 0;
  for (let at = 0; at < text.length; at = after(text, at)) count++;
  const lines = new Int32Array(count);
  let line = 0;
  for (let at = 0; at < text.length; at = after(text, at)) lines[line++] = at;
  return lines;
}

function after(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}
