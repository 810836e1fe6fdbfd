import { type Markup, markup } from '../../foundation/markup.js';
import { htmlPage, policyOf, verbatim } from '../../page/html-page.js';
import { learningMarkup, tabsMarkup } from './learning-markup.js';
import { servedMarkup } from './served-markup.js';
import { workerScript, writerScript, writerStyle } from './writer-assets.generated.js';
import type { CardRow, PageServer, WriterData } from './writer-data.js';
import { writingMarkup } from './writing-markup.js';

interface WriterPage {
  readonly title: string;
  /** One line about the network. */
  readonly summary: string;
  readonly card: readonly CardRow[];
  readonly data: WriterData;
  /** Bytes of the model file. */
  readonly model: Uint8Array;
}

/**
 * What the pages with a model are allowed, besides their own script and style:
 *
 *  - `wasm-unsafe-eval`, the compilation of WebAssembly, in which the model computes; the eval of JavaScript stays forbidden;
 *  - workers from `blob:`, because a page that is opened from a disk cannot load another file: the code of its worker is a text in it. The
 *    worker inherits the policy.
 */
const parts = {
  script: writerScript,
  style: writerStyle,
  scriptSources: ["'wasm-unsafe-eval'"],
  directives: ['worker-src blob:'],
};

/** A model as one HTML file that needs no other and no network. */
export function writerPage({ title, summary, card, data, model }: WriterPage): string {
  const bytes = Buffer.from(model.buffer, model.byteOffset, model.byteLength).toString('base64');
  const learns = data.learning !== undefined;
  const body = markup`${headerMarkup(title, summary, learns ? tabsMarkup : '')}<main>
${warningsMarkup('')}${writingMarkup(learns)}${learns ? learningMarkup : ''}${aboutMarkup(card)}</main>
<footer><p>Written by Textloom. The model computes in this page: nothing that you write leaves it.</p></footer>
${workerMarkup}<script type="text/plain" id="model">${verbatim(bytes)}</script>
`;
  return htmlPage({ ...parts, title, body, data });
}

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#12605a"/>' +
  '<path d="M4 5h8M8 5v7" stroke="#fff" stroke-width="2"/></svg>';

/** A page of a server, and its policy for the header of the answer. */
export interface ServedPage {
  readonly html: string;
  readonly policy: string;
}

/** The same page for a server: it has no model, but requests those of the server, and is allowed to send requests to it. */
export function servedPage(server: PageServer): ServedPage {
  const served = { ...parts, icon, directives: [...parts.directives, "connect-src 'self'"] };
  const programs = markup`Programs use <a href="openapi.json">the interface of the server</a>.`;
  const body = markup`${headerMarkup('Textloom', 'The models of this server write texts here.', '')}<main>
${warningsMarkup(programs)}${servedMarkup(server.needsKey)}${writingMarkup(false)}${aboutMarkup([])}</main>
<footer><p>The model computes in this page: nothing that you write leaves it. ${programs}</p></footer>
${workerMarkup}`;
  const data: WriterData = { source: { type: 'server', ...server } };
  return { html: htmlPage({ ...served, title: 'Textloom', body, data }), policy: policyOf(served) };
}

const headerMarkup = (title: string, summary: string, tabs: Markup | '') => markup`<header>
<h1><bdi id="title">${title}</bdi></h1>
<p id="summary">${summary}</p>
${tabs}</header>
`;

const warningsMarkup = (
  more: Markup | '',
) => markup`<noscript><p class="trouble">This page computes with JavaScript and WebAssembly: switch JavaScript on. ${more}</p></noscript>
<p class="trouble" id="trouble" role="alert" hidden></p>
`;

const aboutMarkup = (card: readonly CardRow[]) => markup`<details class="card about" id="about">
<summary>About this model</summary>
<dl id="model-card">${card.map(([label, value]) => markup`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
</details>
`;

const workerMarkup = markup`<script type="text/plain" id="worker">${verbatim(workerScript)}</script>
`;
