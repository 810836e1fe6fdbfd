/** Lines of a report: labels in a column, what they are beside them, 80 columns in all. */
import type { JsonValue } from '../checkpoint/strict-json.js';
import { columnsOf } from '../ui/columns.js';

const WIDTH = 80;
const LABEL = 18;

export function section(title: string, lines: readonly string[]): string {
  return [title, ...lines].join('\n');
}

/** A label and a value, which goes on below itself when it is long. */
export function fact(label: string, value: string): string[] {
  const room = WIDTH - LABEL;
  const [first = '', ...rest] = wrapped(value, room);
  const head =
    columns(label) + 3 > LABEL ? [`  ${label}`, `${' '.repeat(LABEL)}${first}`] : [`  ${label}`.padEnd(LABEL) + first];
  return [...head, ...rest.map((line) => ' '.repeat(LABEL) + line)].map((line) => line.replaceAll('\u00a0', ' '));
}

/** A map that may be nested: a line for each key, what is deeper than that in one line. */
export function settings(map: Readonly<Record<string, JsonValue>>): string[] {
  return Object.entries(map).flatMap(([key, value]) => fact(plain(key), shown(value)));
}

function shown(value: JsonValue, depth = 0): string {
  if (Array.isArray(value)) return `[${value.map((item) => shown(item, depth + 1)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return plain(String(value));
  const inner = Object.entries(value)
    .map(([key, item]) => together(`${plain(key)}: ${shown(item, depth + 1)}`))
    .join(', ');
  return depth === 0 ? inner : together(`{ ${inner} }`);
}

/** With blanks at which no line is cut. */
const together = (text: string) => text.replaceAll(' ', '\u00a0');

/** In one line, and not without end: a file may say anything. */
function plain(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 500 ? `${line.slice(0, 500)}…` : line;
}

/** Cut at blanks; a word that is longer than a line is cut where the line ends. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columns(longer) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    line = '';
    for (const character of word) {
      if (columns(line + character) > room) {
        lines.push(line);
        line = '';
      }
      line += character;
    }
  }
  return line === '' ? lines : [...lines, line];
}

const columns = (text: string) => [...text].reduce((sum, character) => sum + columnsOf(character), 0);
