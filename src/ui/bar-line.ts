/** Widths of the bar itself, without brackets. */
const smallestBar = 10;
const largestBar = 50;

/** A number or a few words beside a bar. */
export interface BarField {
  readonly text: string;
  /** Importance: the field with the lowest value is omitted first. */
  readonly worth: number;
}

/**
 * A bar with its fields, one line of at most `columns` characters; the bar fills what the fields leave. If there is too little room, the
 * least important fields are omitted first, and the bar last.
 *
 * @param share how much of the bar is filled, from 0 to 1
 */
export function barLine(share: number, fields: readonly BarField[], columns: number): string {
  const shown = new Set(fields);
  const textOf = () =>
    fields
      .filter((field) => shown.has(field))
      .map(({ text }) => text)
      .join('  ');
  for (const field of fields.toSorted((a, b) => a.worth - b.worth)) {
    if (columns - textOf().length - 4 >= smallestBar) break;
    if (shown.size === 1 && textOf().length <= columns) return textOf();
    shown.delete(field);
  }
  const text = textOf();
  const room = columns - text.length - (text === '' ? 2 : 4);
  const bar = barOf(share, Math.min(room, largestBar));
  return text === '' ? bar : `${bar}  ${text}`;
}

function barOf(share: number, width: number): string {
  if (width < 1) return '';
  const filled = Math.min(width, Math.floor(share * width));
  const head = filled > 0 && filled < width ? '>' : '';
  return `[${'='.repeat(filled - head.length)}${head}${' '.repeat(width - filled)}]`;
}
