import { type Markup, type MarkupValue, markup } from '../../foundation/markup.js';
import { terminalSafe } from '../../foundation/terminal-safe.js';
import { htmlPage } from '../../page/html-page.js';
import type { ChartBlock, ReportBlock } from '../blocks.js';
import type { PageData } from '../page-data.js';
import type { Section } from '../section.js';
import { blockMarkup } from './block-markup.js';
import { pageScript, pageStyle } from './page-assets.generated.js';

interface PageOptions {
  readonly title: string;
  /** Names of the runs. */
  readonly runs: readonly string[];
  readonly sections: readonly Section[];
}

/** A report as one HTML file that needs nothing else. */
export function pageOf({ title, runs, sections }: PageOptions): string {
  const charts = sections.flatMap(({ blocks }) => chartsIn(blocks));
  const data: PageData = { runs: runs.map(terminalSafe), charts: charts.map(chartData) };
  const body = markup`<header>
<h1><bdi>${title}</bdi></h1>
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
<noscript><p>The charts need JavaScript. Their values are in the tables below them.</p></noscript>
${sections.map(sectionMarkup)}</main>
<footer><p>Written by Textloom. This file needs no network.</p></footer>
`;
  return htmlPage({ title, style: pageStyle, script: pageScript, body, data });
}

const sectionMarkup = ({ id, title, blocks }: Section): Markup =>
  markup`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${blocks.map(blockMarkup) as MarkupValue[]}</section>
`;

function chartsIn(blocks: readonly ReportBlock[]): ChartBlock[] {
  return blocks.flatMap((block) => (block.type === 'chart' ? [block] : block.type === 'folded' ? chartsIn(block.blocks) : []));
}

function chartData({ id, title, unit, logarithmic, axis, lines }: ChartBlock): PageData['charts'][number] {
  return {
    ...{ id, title: terminalSafe(title), unit, logarithmic },
    ...(axis && { axis }),
    series: lines.map(({ name, run, colour, kind, steps, values }) => ({
      name: terminalSafe(name),
      ...(run !== undefined && { run }),
      ...(colour !== undefined && { colour }),
      kind,
      // Differences of decimal fractions are not exact.
      steps: steps.map((step, i) => Number((step - (steps[i - 1] ?? 0)).toPrecision(12))),
      // Six digits are more than a screen can show.
      values: values.map((value) => Number(value.toPrecision(6))),
    })),
  };
}
