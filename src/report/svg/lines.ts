import { type Markup, markup } from '../../foundation/markup.js';
import type { ChartBlock, ChartLine } from '../blocks.js';
import { downsample } from '../downsample.js';
import { type Drawing, rounded, svgText } from './picture.js';
import { ticksOf } from './ticks.js';

const SIZE = { width: 820, height: 340 };
const PLOT = { left: 64, right: 800, top: 16, bottom: 300 };
/** The name of the horizontal axis. */
const AXIS_LINE = 20;
const LEGEND_LINE = 18;
/** More values cannot be told apart at this width. */
const MOST_VALUES = 800;
const PALETTE = 8;

/** A chart that does not move: its lines, axes and legend. */
export function linesPicture(chart: ChartBlock): Drawing {
  const { logarithmic: isLogarithmic, axis } = chart;
  const isStretched = axis?.logarithmic ?? false;
  const lines = chart.lines.map((line) => ({ ...line, ...downsample(drawable(line, isLogarithmic), MOST_VALUES) }));
  const steps = extent(lines.flatMap((line) => extent(line.steps)));
  const values = extent(lines.flatMap((line) => extent(line.values)));
  const shape = (value: number) => (isLogarithmic ? Math.log10(value) : value);
  const along = (step: number) => (isStretched ? Math.log10(step) : step);
  const x = (step: number) =>
    rounded(PLOT.left + share(along(step), [along(steps[0]), along(steps[1])]) * (PLOT.right - PLOT.left));
  const shaped = [shape(values[0]), shape(values[1])] as const;
  const y = (value: number) => rounded(PLOT.bottom - share(shape(value), shaped) * (PLOT.bottom - PLOT.top));
  const drawn = lines.map((line, i) => {
    const path = line.steps.map((step, j) => `${j === 0 ? 'M' : 'L'}${x(step)} ${y(line.values[j]!)}`).join('');
    return markup`<path d="${path}" fill="none" ${strokeOf(line, i)}/>\n`;
  });
  const horizontal = ticksOf(steps, 8, isStretched).map(
    ({ at, label }) => markup`<text class="tick" x="${x(at)}" y="${PLOT.bottom + 18}" text-anchor="middle">${label}</text>\n`,
  );
  const vertical = ticksOf(values, 6, isLogarithmic).map(
    ({ at, label }) => markup`<line class="rule" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(at)}" y2="${y(at)}"/>
<text class="tick" x="${PLOT.left - 8}" y="${y(at) + 4}" text-anchor="end">${label}</text>
`,
  );
  const marks = (axis?.marks ?? []).flatMap(({ at, name }, line) => {
    if (at < steps[0] || at > steps[1]) return [];
    const isRight = x(at) > (PLOT.left + PLOT.right) / 2;
    return [
      markup`<line x1="${x(at)}" x2="${x(at)}" y1="${PLOT.top}" y2="${PLOT.bottom}" stroke="var(--level)" stroke-width="1.5" stroke-dasharray="4 3"/>
<text class="tick" x="${x(at) + (isRight ? -6 : 6)}" y="${PLOT.top + 12 + 16 * line}" text-anchor="${isRight ? 'end' : 'start'}">${svgText(name)}</text>
`,
    ];
  });
  const named = axis
    ? [markup`<text class="tick" x="${PLOT.left}" y="${PLOT.bottom + 36}">${svgText(axis.name)} →</text>\n`]
    : [];
  const extra = axis ? AXIS_LINE : 0;
  const legend = chart.lines.map((line, i) => {
    const top = SIZE.height + extra + i * LEGEND_LINE;
    return markup`<path d="M${PLOT.left} ${top - 4}h28" fill="none" ${strokeOf(line, i)}/>
<text class="tag" x="${PLOT.left + 38}" y="${top}">${svgText(line.name)}</text>
`;
  });
  const size = { ...SIZE, height: SIZE.height + extra + LEGEND_LINE * chart.lines.length };
  return { size, content: [...vertical, ...horizontal, ...marks, ...drawn, ...named, ...legend] };
}

/** A logarithmic axis has no place for 0 and negative values. */
function drawable({ steps, values }: ChartLine, isLogarithmic: boolean) {
  if (!isLogarithmic) return { steps, values };
  const kept = values.flatMap((value, i) => (value > 0 ? [i] : []));
  return { steps: kept.map((i) => steps[i]!), values: kept.map((i) => values[i]!) };
}

/** Levels have one colour; neighbours differ in their dashes. */
function strokeOf({ run, colour = run, kind }: ChartLine, index: number): Markup {
  const stroke = colour === undefined ? 'var(--level)' : `var(--series-${colour % PALETTE})`;
  const [width, dashes] =
    kind === 'line'
      ? [1.25, '']
      : kind === 'points'
        ? [2, '7 4']
        : [1.5, kind === 'dashed' ? '3 3' : index % 2 === 0 ? '2 4' : '10 3 2 3'];
  return markup`stroke="${stroke}" stroke-width="${width}" stroke-dasharray="${dashes === '' ? 'none' : dashes}"`;
}

/** The least and the largest value. */
function extent(values: readonly number[]): readonly [number, number] {
  return values.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

const share = (value: number, [low, high]: readonly [number, number]) => (high > low ? (value - low) / (high - low) : 0.5);
