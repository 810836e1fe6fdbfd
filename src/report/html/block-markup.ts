import { type Markup, markup } from '../../foundation/markup.js';
import type {
  BarsBlock,
  ChartBlock,
  CommandsBlock,
  FactsBlock,
  FiguresBlock,
  FindingBlock,
  FoldedBlock,
  HeatTextBlock,
  HeatTextPiece,
  QuotationBlock,
  ReportBlock,
  TableBlock,
} from '../blocks.js';
import { barsTable, chartTable } from '../chart-table.js';
import { HEAT_SCALE, heatLevelOf } from '../heat-scale.js';
import { barsPicture } from '../svg/bars.js';
import { matrixPicture } from '../svg/matrix.js';
import { parallelPicture } from '../svg/parallel-coordinates.js';
import { type Drawing, inlinePicture } from '../svg/picture.js';
import { scatterPicture } from '../svg/scatter.js';

/** A block as HTML. The script of the page draws charts into the element with the chart's id. */
export function blockMarkup(block: ReportBlock): Markup {
  switch (block.type) {
    case 'paragraph':
      return markup`<p>${block.text}</p>\n`;
    case 'figures':
      return figuresMarkup(block);
    case 'facts':
      return factsMarkup(block);
    case 'table':
      return tableMarkup(block);
    case 'chart':
      return chartMarkup(block);
    case 'commands':
      return commandsMarkup(block);
    case 'code':
      return markup`<pre><code>${block.text}</code></pre>\n`;
    case 'quotation':
      return quotationMarkup(block);
    case 'heat-text':
      return heatTextMarkup(block);
    case 'matrix':
      return pictureMarkup(block.title, matrixPicture(block));
    case 'scatter':
      return pictureMarkup(block.title, scatterPicture(block));
    case 'bars':
      return barsMarkup(block);
    case 'finding':
      return findingMarkup(block);
    case 'parallel':
      return pictureMarkup(block.title, parallelPicture(block));
    case 'run-choice':
      return markup`<fieldset id="shown-runs" hidden></fieldset>\n`;
    case 'folded':
      return foldedMarkup(block);
  }
}

const figuresMarkup = ({ figures }: FiguresBlock) => markup`<dl class="figures">
${figures.map(([value, name]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
`;

const factsMarkup = ({ facts }: FactsBlock) => markup`<dl class="facts">
${facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd><bdi>${value}</bdi></dd></div>\n`)}</dl>
`;

/** A table can be wider than the page: it is scrolled by itself, also with the keyboard. */
function tableMarkup({ caption, columns, rows }: TableBlock): Markup {
  const kind = (i: number) => (columns[i]!.isNumber ? markup` class="number"` : '');
  const cell = (text: string, i: number) =>
    i === 0 ? markup`<th scope="row"${kind(i)}><bdi>${text}</bdi></th>` : markup`<td${kind(i)}><bdi>${text}</bdi></td>`;
  return markup`<div class="scrolled" role="group" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ heading }, i) => markup`<th scope="col"${kind(i)}><bdi>${heading}</bdi></th>`)}</tr></thead>
<tbody>
${rows.map((row) => markup`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table></div>
`;
}

function chartMarkup(chart: ChartBlock): Markup {
  return markup`<figure class="chart">
<figcaption><h3>${chart.title}</h3><span>${chart.unit}</span></figcaption>
<div id="${chart.id}" class="place"></div>
<details><summary>Values of this chart</summary>
${tableMarkup(chartTable(chart))}</details>
</figure>
`;
}

const commandsMarkup = ({ commands }: CommandsBlock) => markup`<ul class="commands">
${commands.map(([command, purpose]) => markup`<li><code>${command}</code> <span>${purpose}</span></li>\n`)}</ul>
`;

const quotationMarkup = ({ label, prompt, text }: QuotationBlock) => markup`<figure class="quotation">
<figcaption>${label}</figcaption>
<blockquote dir="auto">${prompt === '' ? '' : markup`<b>${prompt}</b>`}${text}</blockquote>
</figure>
`;

const foldedMarkup = ({ title, isOpen, blocks }: FoldedBlock) => markup`<details class="folded"${isOpen ? markup` open` : ''}>
<summary><bdi>${title}</bdi></summary>
${blocks.map(blockMarkup)}</details>
`;

const findingMarkup = ({ number, grade, problem, paragraphs, yaml, flags }: FindingBlock) => markup`<article class="finding">
<h3>${number}. ${problem} <span class="grade">${grade}</span></h3>
${paragraphs.map(
  (text) => markup`<p>${text}</p>
`,
)}${
  flags === ''
    ? ''
    : markup`<p>Change the configuration, or add the flags to the command:</p>
${
  yaml === ''
    ? ''
    : markup`<pre><code>${yaml}</code></pre>
`
}<p><code>${flags}</code></p>
`
}</article>
`;

/** The values of the bars are in a table, too: a picture is one thing for a screen reader. */
const barsMarkup = (block: BarsBlock) =>
  pictureMarkup(
    block.title,
    barsPicture(block),
    markup`<details><summary>Values of this picture</summary>
${tableMarkup(barsTable(block))}</details>
`,
  );

/** A picture can be wider than a small screen. */
const pictureMarkup = (title: string, drawing: Drawing, values: Markup | '' = '') => markup`<figure class="chart">
<figcaption><h3>${title}</h3></figcaption>
<div class="scrolled drawn" role="group" aria-label="${title}: picture" tabindex="0">
${inlinePicture(title, drawing)}</div>
${values}</figure>
`;

function heatTextMarkup(block: HeatTextBlock): Markup {
  const { label, pieces, unit, lowest, step, decimals } = block;
  const scale = HEAT_SCALE.map((_, level) => {
    const from = (lowest + level * step).toFixed(decimals);
    return markup`<span class="heat-${level}">${level === HEAT_SCALE.length - 1 ? `${from} and more` : from}</span>`;
  });
  return markup`<figure class="quotation heat">
<figcaption>${label}</figcaption>
<p class="scale">${`${unit} from`.trim()} ${scale}</p>
<blockquote dir="auto">${pieces.map((piece) => heatPieceMarkup(piece, block))}</blockquote>
</figure>
`;
}

/** A line end has a value too, so it is made visible. */
function heatPieceMarkup({ text, value }: HeatTextPiece, block: HeatTextBlock): Markup {
  const shown = text.replaceAll('\r\n', '\n').replaceAll('\n', '↵\n');
  if (value === undefined) return markup`${shown}`;
  const title = `${value.toFixed(block.decimals)} ${block.unit}`.trim();
  return markup`<span class="heat-${heatLevelOf(value, block)}" title="${title}">${shown}</span>`;
}
