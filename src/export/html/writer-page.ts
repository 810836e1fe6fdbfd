import { createHash } from 'node:crypto';
import { Markup, markup } from '../../foundation/markup.js';
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
  const policy = [
    "default-src 'none'",
    `script-src '${digest(writerScript)}' 'wasm-unsafe-eval'`,
    `style-src '${digest(writerStyle)}'`,
    'worker-src blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const learns = data.learning !== undefined;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${asset(writerStyle)}</style>
</head>
<body>
<header>
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
<script type="application/json" id="page-data">${json(data)}</script>
<script type="text/plain" id="worker">${asset(workerScript)}</script>
<script type="text/plain" id="model">${asset(Buffer.from(model.buffer, model.byteOffset, model.byteLength).toString('base64'))}</script>
<script>${asset(writerScript)}</script>
</body>
</html>
`.html;
}

/** JSON for a script element, which would end at the text `</script` also within a string. */
function json(data: WriterData): Markup {
  return asset(JSON.stringify(data).replace(/[<>\u2028\u2029]/g, (character) => `\\u${hex(character)}`));
}

const hex = (character: string) => character.charCodeAt(0).toString(16).padStart(4, '0');

/** A text that is written as it is, because it is ours, or was escaped. */
const asset = (text: string): Markup => Markup.ofTemplate([text], []);

const digest = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
