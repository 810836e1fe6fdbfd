import { formatCount, formatNumber } from '../ui/format.js';
import type { BarsBlock, ChartBlock, TableBlock } from './blocks.js';

/** Rows of the table of a chart, besides those of single values. */
const MOST_ROWS = 24;

/**
 * A chart as a table of about 25 steps, for readers who do not see it, and for print: the first and last step, and evenly between them the
 * steps that have values of most lines.
 */
export function chartTable({ title, unit, lines, axis }: ChartBlock): TableBlock {
  const values = lines.map(({ steps, values }) => new Map(steps.map((step, i) => [step, values[i]!])));
  const steps = [...new Set(lines.flatMap((line) => line.steps))].sort((a, b) => a - b);
  const chosen = spread(stepsToChoose(lines, steps), axis?.logarithmic ?? false);
  return {
    type: 'table',
    caption: `${title}, ${unit}`,
    columns: [
      { heading: axis?.name.toLowerCase() ?? 'step', isNumber: true },
      ...lines.map(({ name }) => ({ heading: name, isNumber: true })),
    ],
    rows: chosen.map((step) => [
      axis === undefined ? formatCount(step) : formatNumber(step),
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

function spread(steps: readonly number[], isLogarithmic: boolean): number[] {
  if (steps.length <= MOST_ROWS) return [...steps];
  const last = steps.length - 1;
  const place = (share: number) => (isLogarithmic ? Math.expm1(share * Math.log1p(last)) : share * last);
  const places = new Set(Array.from({ length: MOST_ROWS + 1 }, (_, i) => Math.round(place(i / MOST_ROWS))));
  return [...places].map((i) => steps[i]!);
}

/** The values of bars as a table. */
export function barsTable({ title, unit, barsAre, bars, parts, markIs }: BarsBlock): TableBlock {
  const headings = [...(parts.length > 1 ? parts : [unit]), ...(markIs === undefined ? [] : [markIs])];
  return {
    type: 'table',
    caption: `${title}, ${unit}`,
    columns: [{ heading: barsAre }, ...headings.map((heading) => ({ heading, isNumber: true })), { heading: 'in words' }],
    rows: bars.map(({ name, lengths, mark, text }) => [
      name,
      ...lengths.map(finiteText),
      ...(markIs === undefined ? [] : [mark === undefined ? '–' : finiteText(mark)]),
      text,
    ]),
  };
}

const finiteText = (value: number) => (Number.isFinite(value) ? formatNumber(value) : 'not finite');
