import { formatCount, formatNumber } from '../ui/format.js';
import type { ChartBlock, TableBlock } from './blocks.js';

/** Rows of the table of a chart, besides those of single values. */
const MOST_ROWS = 24;

/**
 * A chart as a table of about 25 steps, for readers who do not see it, and for print: the first and last step, and evenly between them the
 * steps that have values of most lines.
 */
export function chartTable({ title, unit, lines }: ChartBlock): TableBlock {
  const values = lines.map(({ steps, values }) => new Map(steps.map((step, i) => [step, values[i]!])));
  const steps = [...new Set(lines.flatMap((line) => line.steps))].sort((a, b) => a - b);
  const chosen = spread(stepsToChoose(lines, steps));
  return {
    type: 'table',
    caption: `${title}, ${unit}`,
    columns: [{ heading: 'step', isNumber: true }, ...lines.map(({ name }) => ({ heading: name, isNumber: true }))],
    rows: chosen.map((step) => [
      formatCount(step),
      ...lines.map(({ kind }, i) => {
        const value = values[i]!.get(step) ?? (kind === 'level' ? lines[i]!.values[0] : undefined);
        return value === undefined ? '–' : formatNumber(value);
      }),
    ]),
  };
}

/** The steps of the lines with few values, if there are some: these steps usually have values of the other lines, too. */
function stepsToChoose(lines: ChartBlock['lines'], all: readonly number[]): readonly number[] {
  const marked = new Set(lines.filter(({ kind }) => kind === 'points').flatMap(({ steps }) => steps));
  return marked.size >= 4 ? [...marked].sort((a, b) => a - b) : all;
}

function spread(steps: readonly number[]): number[] {
  if (steps.length <= MOST_ROWS) return [...steps];
  return Array.from({ length: MOST_ROWS + 1 }, (_, i) => steps[Math.round((i * (steps.length - 1)) / MOST_ROWS)]!);
}
