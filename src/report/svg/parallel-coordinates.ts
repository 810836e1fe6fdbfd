import { type Markup, markup } from '../../foundation/markup.js';
import type { ParallelBlock } from '../blocks.js';
import { type Drawing, rounded, svgText } from './picture.js';

const HEIGHT = 420;
const PLOT = { top: 44, bottom: 380, right: 90 };
/** The least space before the first axis, for its name; and the width of a character of its labels, which stand before it. */
const LEFT = 70;
const CHARACTER = 8;
/** Columns between two axes. */
const GAP = 150;
const FEWEST_COLUMNS = 420;
const AXIS = markup`stroke="var(--level)"`;

/** A vertical axis for each quantity, and a line across them for each thing; the first lines are in front. */
export function parallelPicture({ axes, lines }: ParallelBlock): Drawing {
  const across = Math.max(FEWEST_COLUMNS, GAP * (axes.length - 1));
  const longest = Math.max(0, ...(axes[0]?.ticks ?? []).map(({ label }) => [...label].length));
  const left = Math.max(LEFT, CHARACTER * longest + 16);
  const size = { width: left + across + PLOT.right, height: HEIGHT };
  const x = (i: number) => rounded(left + (axes.length < 2 ? 0 : (i / (axes.length - 1)) * across));
  const y = (place: number) => rounded(PLOT.bottom - place * (PLOT.bottom - PLOT.top));
  const drawn = lines.map(({ name, places }, rank): Markup => {
    const path = places.map((place, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(place)}`).join('');
    return markup`<g><title>${svgText(name)}</title><path d="${path}" fill="none" ${strokeOf(rank, lines.length)}/></g>\n`;
  });
  const scales = axes.map(({ name, ticks }, i) => {
    const labels = ticks.map(
      ({ place, label }) => markup`<line ${AXIS} x1="${x(i) - 4}" x2="${x(i)}" y1="${y(place)}" y2="${y(place)}"/>
<text class="tick" x="${x(i) - 8}" y="${y(place) + 4}" text-anchor="end">${svgText(label)}</text>
`,
    );
    return markup`<line ${AXIS} x1="${x(i)}" x2="${x(i)}" y1="${PLOT.top}" y2="${PLOT.bottom}"/>
<text class="tag" x="${x(i)}" y="${PLOT.top - 20}" text-anchor="middle">${svgText(name)}</text>
${labels}`;
  });
  return { size, content: [...drawn.reverse(), ...scales] };
}

/** The best line stands out; the others fade from the second to the last. */
function strokeOf(rank: number, count: number): Markup {
  if (rank === 0) return markup`stroke="var(--series-1)" stroke-width="3"`;
  const share = rank / Math.max(1, count - 1);
  return markup`stroke="var(--series-0)" stroke-width="${rounded(2 - share)}" stroke-opacity="${rounded(0.9 - 0.7 * share)}"`;
}
