import { type Markup, markup } from '../../foundation/markup.js';

/** The size of a picture in units of its own. */
interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A picture without its frame. */
export interface Drawing {
  readonly size: PictureSize;
  readonly content: readonly Markup[];
}

/** A picture for a page: its colours are classes of the page's style sheet. */
export function inlinePicture(title: string, { size: { width, height }, content }: Drawing): Markup {
  return markup`<svg class="picture" viewBox="0 0 ${width} ${height}" role="img" aria-label="${svgText(title)}">
${content}</svg>
`;
}

/** A picture as a file of its own, with light and dark colours. */
export function pictureFile(title: string, { size: { width, height }, content }: Drawing): string {
  return markup`<svg xmlns="http://www.w3.org/2000/svg" class="picture" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${svgText(title)}</title>
<style>
.picture { --card: #fff; --text: #1c2430; --muted: #56606e; --line: #dcdfe4; --grid: #e8eaee; --accent: #1f5fae; --level: #6b7480;
--series-0: #1f6fc4; --series-1: #c2500a; --series-2: #16805c; --series-3: #a1308f; --series-4: #8a6a00; --series-5: #b3263a;
--series-6: #55479e; --series-7: #22808f; background: var(--card); font: 12px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { .picture { --card: #191f27; --text: #e6e9ee; --muted: #a3adba; --line: #313a46; --grid: #28303b; --accent: #86b7f2;
--level: #98a2af; --series-0: #64a8f0; --series-1: #f09455; --series-2: #4ec79a; --series-3: #e283d1; --series-4: #d9b23c;
--series-5: #f2808f; --series-6: #a79df0; --series-7: #5fc4d3; } }
.tick { fill: var(--muted); } .tag { fill: var(--text); } .mono { font-family: monospace; }
.rule { stroke: var(--grid); } .dot, .cell { fill: var(--accent); }
</style>
${content}</svg>
`.html;
}

/** XML has no place for two characters that HTML accepts. */
export const svgText = (text: string): string => text.replace(/[\ufffe\uffff]/g, '\ufffd');

/** A number for an attribute, with two decimals at most. */
export const rounded = (value: number): number => Number(value.toFixed(2));
