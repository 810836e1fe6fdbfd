// Bundles the script and the style of the report's page, with the chart library, and writes them to a module that any bundler can load.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const read = (/** @type {string} */ path) => readFileSync(new URL(path, import.meta.url), 'utf8');
const packages = '../../../node_modules/uplot';

const { output } = await build({
  input: fileURLToPath(new URL('main.ts', import.meta.url)),
  platform: 'browser',
  tsconfig: fileURLToPath(new URL('tsconfig.json', import.meta.url)),
  output: { format: 'iife', minify: true, comments: false },
  write: false,
  logLevel: 'warn',
});
const [{ code }] = output;
// An element of the page ends at this text, also within a string of the script.
if (/<\/script|<!--/i.test(code)) throw new Error('The script of the page holds a text that would end it.');

// The licence of uPlot requires that it goes with the code, which every report contains.
const licence = read(`${packages}/LICENSE`).trim();
const style = `${read(`${packages}/dist/uPlot.min.css`)}\n${read('style.css')}`
  .replace(/\/\*[\s\S]*?\*\//g, '')
  .replace(/\s*\n\s*/g, '\n')
  .trim();
const script = `/*\nuPlot\n\n${licence}\n*/\n${code.trim()}`;

writeFileSync(
  new URL('../html/page-assets.generated.ts', import.meta.url),
  `/** Script and style of the report's page, written by page/build.js. */
export const pageScript =
  ${JSON.stringify(script)};
export const pageStyle =
  ${JSON.stringify(style)};
`,
);
