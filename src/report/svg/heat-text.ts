import { type Markup, markup } from '../../foundation/markup.js';
import { terminalSafe } from '../../foundation/terminal-safe.js';
import type { HeatTextBlock } from '../blocks.js';
import { HEAT_SCALE, heatLevelOf } from '../heat-scale.js';
import { type Drawing, svgText } from './picture.js';

const COLUMNS = 96;
const CHARACTER = 8;
const LINE = 20;
/** Lines of a picture; the rest of the text is left out. */
const MOST_LINES = 40;
const MARGIN = 8;

/** A text in lines of equal characters, each with its value as its background. */
export function heatTextPicture({ pieces, unit, lowest, step, decimals }: HeatTextBlock): Drawing {
  const content: Markup[] = [];
  let [row, column] = [1, 0];
  for (const { text, value } of pieces) {
    const level = value === undefined ? undefined : heatLevelOf(value, { lowest, step });
    for (const character of terminalSafe(text.replaceAll('\r\n', '\n'))) {
      if (column === COLUMNS) [row, column] = [row + 1, 0];
      if (row > MOST_LINES) break;
      content.push(cell(character === '\n' ? '↵' : character, row, column, level));
      column++;
      if (character === '\n') [row, column] = [row + 1, 0];
    }
  }
  const scale = HEAT_SCALE.map(({ background, text }, level) => {
    const x = MARGIN + level * 72;
    return markup`<rect x="${x}" y="4" width="70" height="16" fill="${background}"/>
<text class="mono" x="${x + 4}" y="16" fill="${text}" font-size="11">${`${(lowest + level * step).toFixed(decimals)} ${unit}`.trim()}</text>
`;
  });
  const height = 2 * MARGIN + (Math.min(row, MOST_LINES) + 2) * LINE;
  return { size: { width: 2 * MARGIN + COLUMNS * CHARACTER, height }, content: [...scale, ...content] };
}

function cell(character: string, row: number, column: number, level: number | undefined): Markup {
  const x = MARGIN + column * CHARACTER;
  const y = MARGIN + row * LINE;
  const colours = level === undefined ? undefined : HEAT_SCALE[level];
  const back = colours
    ? markup`<rect x="${x}" y="${y + 4}" width="${CHARACTER}" height="${LINE - 3}" fill="${colours.background}"/>`
    : '';
  const letter = colours
    ? markup`<text class="mono" x="${x}" y="${y + 17}" fill="${colours.text}" font-size="13">${svgText(character)}</text>`
    : markup`<text class="tag mono" x="${x}" y="${y + 17}" font-size="13">${svgText(character)}</text>`;
  return markup`${back}${character === ' ' ? '' : letter}\n`;
}
