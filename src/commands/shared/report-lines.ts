/** Lines of a report: a column of labels and a column of values. */
import type { JsonValue } from '../../foundation/strict-json.js';
import type { Output } from '../../ui/output.js';
import { TEXT_WIDTH, widthOf, wrapWords } from '../../ui/wrap.js';

const LABEL = 18;
/** The most characters of a value, because a file may contain anything. */
const LONGEST = 5000;
/** The most elements of a list or map that is shown as a value, including nested ones. */
const MOST_ELEMENTS = 1000;

export function reportSection(title: string, lines: readonly string[]): string {
  return [title, ...lines].join('\n');
}

/** The section of notices at the end of a report; none where there are no notices. */
export function notesSection(notices: readonly string[]): string[] {
  if (notices.length === 0) return [];
  return [
    reportSection(
      'Notes',
      notices.map((line) => `  - ${line}`),
    ),
  ];
}

/** The columns of a report: the width of text for reading, and at least enough for a label and a few words. */
export function reportWidth({ columns }: Output): number {
  return Math.max(2 * LABEL, Math.min(TEXT_WIDTH, columns));
}

/** Makes the lines of a report. */
export interface ReportLines {
  /** Columns for a value. */
  readonly room: number;
  /** A label and a value; a long value continues on the next lines of its column. */
  fact(label: string, value: string): string[];
  /** A map: a line for each key. Nested maps and lists are shown in one line. */
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

/** @param left how many further elements of lists and maps may be shown */
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

/** Lets a text break at its spaces if it is longer than a line. */
function loosened(text: string, room: number): string {
  const words = text.split(' ').map((word) => (widthOf(word) > room ? word.replaceAll('\u00a0', ' ') : word));
  return words.join(' ');
}

/** The shown elements, as long as the limit allows. */
function firstOf<T>(elements: readonly T[], left: { elements: number }, show: (element: T) => string): string[] {
  const all: string[] = [];
  for (const element of elements) {
    if (left.elements-- <= 0) return [...all, '…'];
    all.push(show(element));
  }
  return all;
}

/** Replaces spaces by no-break spaces, so that the text is not broken. */
const together = (text: string) => text.replaceAll(' ', '\u00a0');

/** In one line and of limited length, because a file may contain anything. */
function plain(text: string): string {
  const line = text.slice(0, 10_000).replace(/\s+/g, ' ');
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}
