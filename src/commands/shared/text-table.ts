import { widthOf, wrapWords } from '../../ui/wrap.js';

export interface TextColumn {
  readonly heading: string;
  /** Numbers stand below each other at their right end. */
  readonly isNumber?: boolean;
}

/** Spaces between two columns. */
const GAP = '  ';

/**
 * A table with a line for each row or, where it is too wide, a block of lines for each row: its first cell, and the others below with their
 * headings, without those that are `-`.
 *
 * @param width undefined where lines may have any length
 */
export function textTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
): string[] {
  const widths = columns.map(({ heading }, i) => Math.max(widthOf(heading), ...rows.map((row) => widthOf(row[i]!))));
  const padded = (row: readonly string[]) =>
    row
      .map((text, i) => {
        const room = ' '.repeat(widths[i]! - widthOf(text));
        return columns[i]!.isNumber ? room + text : text + room;
      })
      .join(GAP)
      .trimEnd();
  const lines = [columns.map(({ heading }) => heading), ...rows].map(padded);
  const isTooWide = width !== undefined && lines.some((line) => widthOf(line) > width);
  return isTooWide ? blocks(columns, rows, width) : lines;
}

function blocks(columns: readonly TextColumn[], rows: readonly (readonly string[])[], width: number): string[] {
  return rows.flatMap(([name = '', ...cells]) => {
    const facts = cells.flatMap((text, i) =>
      text === '-' ? [] : [`${columns[i + 1]!.heading}\u00a0${text.replaceAll(' ', '\u00a0')}`],
    );
    return [name, ...wrapWords(facts.join(GAP), Math.max(1, width - 2)).map((line) => `  ${line.replaceAll('\u00a0', ' ')}`)];
  });
}
