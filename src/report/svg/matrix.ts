import { markup } from '../../foundation/markup.js';
import type { MatrixBlock } from '../blocks.js';
import { type Drawing, rounded, svgText } from './picture.js';

const CELL = 14;
/** Width of a character of the labels. */
const CHARACTER = 8;
/** Weights below this cannot be seen. */
const LEAST = 0.005;

export function matrixPicture({ labels, rows, rowsAre, columnsAre }: MatrixBlock): Drawing {
  const left = 36 + CHARACTER * labels.reduce((most, label) => Math.max(most, [...label].length), 1);
  const top = left;
  const size = { width: left + CELL * labels.length + 4, height: top + CELL * rows.length + 4 };
  const at = (i: number) => i * CELL;
  const names = labels.map((label, i) => {
    const middle = at(i) + CELL / 2 + 4;
    const x = left + middle;
    return markup`<text class="tag mono" x="${left - 6}" y="${top + middle}" text-anchor="end">${svgText(label)}</text>
<text class="tag mono" x="${x}" y="${top - 6}" transform="rotate(-90 ${x} ${top - 6})">${svgText(label)}</text>
`;
  });
  const cells = rows.flatMap(({ start, values }, row) =>
    values.flatMap((value, i) =>
      value < LEAST
        ? []
        : [
            markup`<rect class="cell" x="${left + at(start + i)}" y="${top + at(row)}" width="${CELL - 1}" height="${CELL - 1}" fill-opacity="${rounded(Math.min(1, value))}"/>\n`,
          ],
    ),
  );
  const axes = markup`<text class="tick" x="${left}" y="12">${svgText(columnsAre)} →</text>
<text class="tick" x="12" y="${top}" transform="rotate(90 12 ${top})">${svgText(rowsAre)} →</text>
`;
  return { size, content: [axes, ...names, ...cells] };
}
