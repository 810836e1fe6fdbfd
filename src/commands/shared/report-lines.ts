/** Lines of a report: labels in a column, what they are beside them. */
import type { JsonValue } from '../../foundation/strict-json.js';
import type { Output } from '../../ui/output.js';
import { TEXT_WIDTH, widthOf, wrapWords } from '../../ui/wrap.js';

const LABEL = 18;
/** Characters of a value: a file may say anything. */
const LONGEST = 5000;
/** Elements of a list or map that is shown as a value, those of lists and maps in it included. */
const MOST_ELEMENTS = 1000;

export function reportSection(title: string, lines: readonly string[]): string {
  return [title, ...lines].join('\n');
}

/** Columns of a report on an output: what text for reading takes at most, and enough for a label and a few words beside it. */
export function reportWidth({ columns }: Output): number {
  return Math.max(2 * LABEL, Math.min(TEXT_WIDTH, columns));
}

/** Makes the lines of a report. */
export interface ReportLines {
  /** Columns of a value. */
  readonly room: number;
  /** A label and a value, which goes on below itself when it is long. */
  fact(label: string, value: string): string[];
  /** A map that may be nested: a line for each key, what is deeper than that in one line. */
  settings(map: Readonly<Record<string, JsonValue>>): string[];
}

/** @param width columns of the whole report */
export function reportLines(width: number): ReportLines {
  const room = width - LABEL;
  const fact = (label: string, value: string) => {
    const [first = '', ...rest] = wrapWords(loosened(shortened(value), room), room);
    const head =
      widthOf(label) + 3 > LABEL ? [`  ${label}`, `${' '.repeat(LABEL)}${first}`] : [`  ${label}`.padEnd(LABEL) + first];
    return [...head, ...rest.map((line) => ' '.repeat(LABEL) + line)].map((line) => line.replaceAll('\u00a0', ' '));
  };
  const settings = (map: Readonly<Record<string, JsonValue>>) =>
    Object.entries(map).flatMap(([key, value]) => fact(plain(key), shown(value)));
  return { room, fact, settings };
}

/** @param left how many elements of lists and maps may still be shown */
function shown(value: JsonValue, depth = 0, left = { elements: MOST_ELEMENTS }): string {
  if (Array.isArray(value)) return `[${firstOf(value, left, (item) => shown(item, depth + 1, left)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return plain(String(value));
  const inner = firstOf(Object.entries(value), left, ([key, item]) => {
    return together(`${plain(key)}: ${shown(item, depth + 1, left)}`);
  }).join(', ');
  return depth === 0 ? inner : together(`{ ${inner} }`);
}

function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** What is kept together and too long for a line is cut at its blanks. */
function loosened(text: string, room: number): string {
  const words = text.split(' ').map((word) => (widthOf(word) > room ? word.replaceAll('\u00a0', ' ') : word));
  return words.join(' ');
}

/** What is made of the elements, as long as something is left. */
function firstOf<T>(elements: readonly T[], left: { elements: number }, show: (element: T) => string): string[] {
  const all: string[] = [];
  for (const element of elements) {
    if (left.elements-- <= 0) return [...all, '…'];
    all.push(show(element));
  }
  return all;
}

/** With blanks at which no line is cut. */
const together = (text: string) => text.replaceAll(' ', '\u00a0');

/** In one line, and not without end: a file may say anything. */
function plain(text: string): string {
  const line = text.slice(0, 10_000).replace(/\s+/g, ' ');
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
