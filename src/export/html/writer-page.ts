import { markup } from '../../foundation/markup.js';
import { htmlPage, verbatim } from '../../page/html-page.js';
import { learningMarkup, tabsMarkup } from './learning-markup.js';
import { workerScript, writerScript, writerStyle } from './writer-assets.generated.js';
import type { CardRow, WriterData } from './writer-data.js';
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
 * A model as one HTML file that needs no other and no network. Its content security policy allows, besides nothing:
 *
 *  - the page's own script and style, by their digests;
 *  - `wasm-unsafe-eval`, the compilation of WebAssembly, in which the model computes; the eval of JavaScript stays forbidden;
 *  - workers from `blob:`, because a page that is opened from a disk cannot load another file: the code of its worker is a text in it. The
 *    worker inherits the policy.
 */
export function writerPage({ title, summary, card, data, model }: WriterPage): string {
  const learns = data.learning !== undefined;
  const body = markup`<header>
<h1><bdi>${title}</bdi></h1>
<p>${summary}</p>
${learns ? tabsMarkup : ''}</header>
<main>
<noscript><p class="trouble">This page computes with JavaScript and WebAssembly: switch JavaScript on.</p></noscript>
<p class="trouble" id="trouble" role="alert" hidden></p>
${writingMarkup(learns)}${learns ? learningMarkup : ''}<details class="card about">
<summary>About this model</summary>
<dl>${card.map(([label, value]) => markup`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
</details>
</main>
<footer><p>Written by Textloom. The model computes in this page: nothing that you write leaves it.</p></footer>
<script type="text/plain" id="worker">${verbatim(workerScript)}</script>
<script type="text/plain" id="model">${verbatim(Buffer.from(model.buffer, model.byteOffset, model.byteLength).toString('base64'))}</script>
`;
  return htmlPage({
    title,
    script: writerScript,
    style: writerStyle,
    scriptSources: ["'wasm-unsafe-eval'"],
    directives: ['worker-src blob:'],
    body,
    data,
  });
}
