import { markup } from '../../foundation/markup.js';
import type { ScatterBlock } from '../blocks.js';
import { type Drawing, rounded, svgText } from './picture.js';

const SIZE = { width: 900, height: 620 };
const MARGIN = 40;
/** Width of a character and height of a line of the names. */
const CHARACTER = 8;
const LINE = 14;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export function scatterPicture({ points, xIs, yIs }: ScatterBlock): Drawing {
  const horizontal = scaleOf(points.map(({ x }) => x));
  const vertical = scaleOf(points.map(({ y }) => y));
  const taken: Box[] = [];
  const dots = points.map(({ name, x, y }) => {
    const [left, top] = [
      MARGIN + horizontal(x) * (SIZE.width - 3 * MARGIN),
      SIZE.height - MARGIN - vertical(y) * (SIZE.height - 2 * MARGIN),
    ].map(rounded) as [number, number];
    const box = { x: left + 6, y: top + 4, width: CHARACTER * [...name].length };
    const isFree = taken.every((other) => !overlap(box, other));
    if (isFree) taken.push(box);
    const label = isFree ? markup`<text class="tag mono" x="${box.x}" y="${box.y}">${svgText(name)}</text>` : '';
    return markup`<g><title>${svgText(name)}</title><circle class="dot" cx="${left}" cy="${top}" r="3"/>${label}</g>\n`;
  });
  const axes = markup`<text class="tick" x="${MARGIN}" y="${SIZE.height - 8}">${svgText(xIs)} →</text>
<text class="tick" x="14" y="${SIZE.height - MARGIN}" transform="rotate(-90 14 ${SIZE.height - MARGIN})">${svgText(yIs)} →</text>
`;
  return { size: SIZE, content: [axes, ...dots] };
}

/** Maps the values to 0 to 1. */
function scaleOf(values: readonly number[]): (value: number) => number {
  const low = Math.min(...values);
  const width = Math.max(...values) - low;
  return (value) => (width > 0 ? (value - low) / width : 0.5);
}

const overlap = (a: Box, b: Box) => a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < LINE;
