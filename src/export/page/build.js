// Bundles the script, the worker and the style of a model's page, and writes them to a module that any bundler can load.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const pathOf = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * One script that needs no other.
 * @param {string} path
 */
async function bundled(path) {
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

const style = readFileSync(pathOf('style.css'), 'utf8')
  .replace(/\/\*[\s\S]*?\*\//g, '')
  .replace(/\s*\n\s*/g, '\n')
  .trim();

writeFileSync(
  pathOf('../html/writer-assets.generated.ts'),
  `/** Script, worker and style of a model's page, written by page/build.js. */
export const writerScript =
  ${JSON.stringify(await bundled('main.ts'))};
export const workerScript =
  ${JSON.stringify(await bundled('worker.ts'))};
export const writerStyle =
  ${JSON.stringify(style)};
`,
);
