import { endOfLine, type IndexedPart } from './part.js';

/** Length of a passage in units: shorter passages are similar by chance, longer ones are split into lines or pieces. */
const SHORTEST = 20;
const LONGEST = 400;

/** A range of a part, in units. */
export interface UnitSpan {
  readonly from: number;
  readonly units: number;
}

/**
 * The passages of a part: paragraphs between blank lines; the lines of a paragraph that is too long; and pieces of a line that is too long.
 * Passages of fewer than 20 words are omitted.
 */
export function findPassages(part: IndexedPart): UnitSpan[] {
  const spans: UnitSpan[] = [];
  const add = (from: number, to: number) => {
    if (to - from >= SHORTEST) spans.push({ from, units: to - from });
  };
  const { starts, count } = part.units;
  /** The first unit of each line of the current paragraph. */
  let lines: number[] = [];
  let unit = 0;
  const endParagraph = () => {
    const bounds = [...lines, unit];
    lines = [];
    const [first = unit] = bounds;
    if (unit - first <= LONGEST) return add(first, unit);
    for (let line = 0; line + 1 < bounds.length; line++) {
      const [from, to] = [bounds[line]!, bounds[line + 1]!];
      if (to - from <= LONGEST) add(from, to);
      else for (let at = from; at < to; at += LONGEST) add(at, Math.min(to, at + LONGEST));
    }
  };
  for (let line = 0; line < part.lines.length; line++) {
    const first = unit;
    const end = endOfLine(part, line);
    while (unit < count && starts[unit]! < end) unit++;
    if (unit === first) endParagraph();
    else lines.push(first);
  }
  endParagraph();
  return spans;
}
