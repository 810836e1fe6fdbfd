import { createHash } from 'node:crypto';
import { Markup, type MarkupValue, markup } from '../../foundation/markup.js';
import { terminalSafe } from '../../foundation/terminal-safe.js';
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

/**
 * A report as one HTML file that needs nothing else. Its content security policy allows the page's own script and style, by their digests,
 * and nothing else: no other script, no request.
 */
export function pageOf({ title, runs, sections }: PageOptions): string {
  const charts = sections.flatMap(({ blocks }) => chartsIn(blocks));
  const policy = [
    "default-src 'none'",
    `script-src '${digest(pageScript)}'`,
    `style-src '${digest(pageStyle)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${asset(pageStyle)}</style>
</head>
<body>
<header>
<h1><bdi>${title}</bdi></h1>
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
<noscript><p>The charts need JavaScript. Their values are in the tables below them.</p></noscript>
${sections.map(sectionMarkup)}</main>
<footer><p>Written by Textloom. This file needs no network.</p></footer>
<script type="application/json" id="report-data">${json({ runs: runs.map(terminalSafe), charts: charts.map(chartData) })}</script>
<script>${asset(pageScript)}</script>
</body>
</html>
`;
  return page.html;
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

/** JSON for a script element, which would end at the text `</script` also within a string. */
function json(data: PageData): Markup {
  return asset(JSON.stringify(data).replace(/[<>\u2028\u2029]/g, (character) => `\\u${hex(character)}`));
}

const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0');

/** A text that is written as it is, because it is ours, or was escaped. */
const asset = (text: string): Markup => Markup.ofTemplate([text], []);

const digest = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
