import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { terminalSafe } from '../foundation/terminal-safe.js';

const style = `
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { max-width: 45rem; margin: 2rem auto; padding: 0 1rem; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid; }
`;

const digest = createHash('sha256').update(style).digest('base64');

/** What protects the page: it loads nothing from anywhere, has no script, and no other page can show it within itself. */
export const pageHeaders = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
};

/** @param models names that everyone may see; empty where the server has a key */
export function startPage(models: readonly string[]) {
  const names = models.map((name) => html`<li><code><bdi>${terminalSafe(name)}</bdi></code></li>`);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Textloom</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
<h1>Textloom</h1>
<p>This server writes and measures text with recurrent language models, for programs that know the interface of OpenAI.</p>
${names.length > 0 ? html`<h2>Models</h2><ul>${names}</ul>` : html`<p>Its models are at <code>/v1/models</code>, with the API key.</p>`}
<h2>Interface</h2>
<p>All requests and answers: <a href="/openapi.json">OpenAPI document</a>. Whether it takes requests: <a href="/health">health</a>.</p>
</main>
</body>
</html>
`;
}
