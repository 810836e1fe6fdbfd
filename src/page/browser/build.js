// Bundles the scripts and the styles of the pages, and writes them to modules that any bundler can load.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const pathOf = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));
const read = (/** @type {string} */ path) => readFileSync(pathOf(path), 'utf8');

/**
 * One script that needs no other.
 * @param {string} path
 */
async function scriptOf(path) {
  const { output } = await build({
    input: pathOf(path),
    platform: 'browser',
    tsconfig: pathOf('tsconfig.json'),
    output: { format: 'iife', minify: true, comments: false, codeSplitting: false },
    // The address of the file of a worker thread of Node, which a page does not use.
    checks: { emptyImportMeta: false },
    write: false,
    logLevel: 'warn',
  });
  const [{ code }] = output;
  // An element of the page ends at this text, also within a string of the script.
  if (/<\/script|<!--/i.test(code)) throw new Error(`${path} holds a text that would end the element with the script.`);
  return code.trim();
}

/** @param {string[]} paths of style sheets, in their order */
const styleOf = (...paths) =>
  paths
    .map(read)
    .join('\n')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s*\n\s*/g, '\n')
    .trim();

/**
 * @param {string} path of the module
 * @param {Record<string, string>} texts by the names of their constants
 */
function writeModule(path, texts) {
  const constants = Object.entries(texts).map(([name, text]) => `export const ${name} =\n  ${JSON.stringify(text)};\n`);
  writeFileSync(pathOf(path), `/** Written by src/page/browser/build.js. */\n${constants.join('')}`);
}

const charts = '../../../node_modules/uplot';
// The licence of uPlot requires that it goes with the code, which every report contains.
const licence = `/*\nuPlot\n\n${read(`${charts}/LICENSE`).trim()}\n*/\n`;
writeModule('../../report/html/page-assets.generated.ts', {
  pageScript: licence + (await scriptOf('../../report/page/main.ts')),
  pageStyle: styleOf(`${charts}/dist/uPlot.min.css`, 'base.css', '../../report/page/style.css'),
});

writeModule('../../export/html/writer-assets.generated.ts', {
  writerScript: await scriptOf('../../export/page/main.ts'),
  workerScript: await scriptOf('../../export/page/worker.ts'),
  writerStyle: styleOf('base.css', '../../export/page/style.css'),
});
