import { type Markup, markup } from '../../foundation/markup.js';
import type { Bar, BarsBlock } from '../blocks.js';
import { type Drawing, rounded, svgText } from './picture.js';
import { ticksOf } from './ticks.js';

const WIDTH = 820;
const MARGIN = 12;
const ROW = 26;
const THICKNESS = 14;
/** Width of a character, height of a line of the legend, and of the axis. */
const CHARACTER = 7;
const LEGEND_LINE = 20;
const AXIS = 24;
/** The longest name; the table or text beside a picture has the whole name. */
const LONGEST_NAME = 40;
/** Colours of the parts, as indices of series: the first part has the colour of pictures. */
const PART_COLOURS = ['var(--accent)', 'var(--line)', 'var(--series-1)'];

/** Horizontal bars with their names on the left and their values on the right. */
export function barsPicture(block: BarsBlock): Drawing {
  const { bars, parts, markIs, level, unit } = block;
  const left = MARGIN + CHARACTER * longest(bars.map(({ name }) => shortName(name))) + 10;
  const right = WIDTH - MARGIN - CHARACTER * longest(bars.map(({ text }) => text)) - (markIs === undefined ? 10 : 22);
  const { share, ticks } = scaleOf(block);
  const x = (value: number) => rounded(left + share(value) * (right - left));
  const keys = [
    ...(parts.length > 1 ? parts.map((name, i) => ({ name, swatch: partSwatch(i) })) : []),
    ...(markIs === undefined ? [] : [{ name: markIs, swatch: diamond(MARGIN + 7, 10) }]),
    ...(level === undefined ? [] : [{ name: level.name, swatch: levelLine(MARGIN + 7, 2, 18) }]),
  ];
  const top = MARGIN + LEGEND_LINE * keys.length + (keys.length > 0 ? 6 : 0);
  const bottom = top + ROW * bars.length;
  const legend = keys.map(
    ({ name, swatch }, i) => markup`<g transform="translate(0 ${MARGIN + LEGEND_LINE * i})">${swatch}
<text class="tag" x="${MARGIN + 24}" y="14">${svgText(name)}</text></g>
`,
  );
  const rules = ticks.map(
    ({ at, label }) => markup`<line class="rule" x1="${x(at)}" x2="${x(at)}" y1="${top}" y2="${bottom}"/>
<text class="tick" x="${x(at)}" y="${bottom + 16}" text-anchor="middle">${label}</text>
`,
  );
  const rows = bars.map((bar, i) => barMarkup(bar, top + ROW * i, { left, right, x }));
  const compared = level === undefined ? '' : levelLine(x(level.at), top, bottom);
  const axis = markup`<text class="tick" x="${left}" y="${bottom + 34}">${svgText(unit)} →</text>\n`;
  return {
    size: { width: WIDTH, height: bottom + AXIS + 20 },
    content: [...legend, ...rules, ...rows, compared, axis].flat() as Markup[],
  };
}

interface Place {
  readonly left: number;
  readonly right: number;
  readonly x: (value: number) => number;
}

function barMarkup({ name, lengths, text, mark }: Bar, y: number, { left, right, x }: Place): Markup {
  const middle = y + ROW / 2;
  let sum = 0;
  const parts = lengths.map((length, part) => {
    const from = part === 0 ? left : x(sum);
    sum += length;
    const width = rounded(Math.max(0, x(sum) - from));
    return markup`<rect x="${from}" y="${middle - THICKNESS / 2}" width="${width}" height="${THICKNESS}" fill="${PART_COLOURS[part]!}"/>`;
  });
  return markup`<text class="tag" x="${left - 10}" y="${middle + 4}" text-anchor="end">${svgText(shortName(name))}</text>
${parts}${mark === undefined || Number.isNaN(mark) ? '' : diamond(x(mark), middle)}
<text class="tag" x="${right + 10}" y="${middle + 4}">${svgText(text)}</text>
`;
}

/** Maps values to 0 to 1, and the marks of the axis. A logarithmic axis begins at the power of ten below the smallest positive length. */
function scaleOf({ bars, logarithmic, end, level }: BarsBlock): Pick<ReturnType<typeof scale>, 'share' | 'ticks'> {
  const sums = bars.map(({ lengths }) => lengths.reduce((sum, length) => sum + length, 0));
  const values = [...sums, ...bars.flatMap(({ mark }) => mark ?? []), ...(level ? [level.at] : [])].filter(Number.isFinite);
  if (!logarithmic) return scale(0, end ?? Math.max(...values, 0), false);
  const positive = values.filter((value) => value > 0);
  const low = Number(`1e${Math.floor(Math.log10(Math.min(...positive, 1)) - 0.05)}`);
  return scale(low, 1.15 * Math.max(...positive, 10 * low), true);
}

function scale(low: number, high: number, isLogarithmic: boolean) {
  const shape = (value: number) => (isLogarithmic ? Math.log10(Math.max(value, low)) : value);
  const width = shape(high) - shape(low);
  const share = (value: number) => (width > 0 && !Number.isNaN(value) ? Math.min(1, (shape(value) - shape(low)) / width) : 0);
  return { share, ticks: ticksOf([low, high], 6, isLogarithmic) };
}

const diamond = (x: number, y: number) =>
  markup`<path d="M${rounded(x - 5)} ${y}l5 -6l5 6l-5 6z" fill="var(--card)" stroke="var(--text)" stroke-width="1.5"/>`;

const levelLine = (x: number, top: number, bottom: number) =>
  markup`<line x1="${x}" x2="${x}" y1="${top}" y2="${bottom}" stroke="var(--level)" stroke-width="1.5" stroke-dasharray="4 3"/>`;

const partSwatch = (part: number) =>
  markup`<rect x="${MARGIN}" y="3" width="14" height="${THICKNESS}" fill="${PART_COLOURS[part]!}"/>`;

function shortName(name: string): string {
  const characters = [...name];
  return characters.length > LONGEST_NAME ? `${characters.slice(0, LONGEST_NAME - 1).join('')}…` : name;
}

const longest = (texts: readonly string[]) => texts.reduce((most, text) => Math.max(most, [...text].length), 0);
