// Puts what a user installs into dist/bundle/: the command line (textloom.js) and the library (index.js) share the chunks beside them, which
// contain every package that they need. So the package installs no other, is small, and starts in half the time. The library for browsers
// (browser.js) stands alone.

import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { withoutZod } from './config-declarations.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const target = join(dist, 'bundle');
rmSync(target, { recursive: true, force: true });
const external = ['koffi', 'onnxruntime-node', /^node:/];

// zod keeps its settings and its registry in globalThis, where another copy of zod in the user's program would find ours.
const withOwnSettings = {
  name: 'zod-with-own-settings',
  transform: {
    filter: { id: /\/zod\/v4\/core\/(core|registries)\.js$/ },
    handler: (/** @type {string} */ code) => `const zodGlobals = {};\n${code.replaceAll('globalThis', 'zodGlobals')}`,
  },
};

const { output } = await build({
  input: { textloom: join(dist, 'cli.js'), index: join(dist, 'index.js') },
  platform: 'node',
  external,
  plugins: [withOwnSettings],
  output: {
    dir: target,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'textloom-[name].js',
    comments: false,
    // What a model needs to write is in two files, the library's part and the command's, with all that these modules import: Node takes
    // longer to open a file than to read it, and the first character of `sample` comes after 20 files instead of 85.
    codeSplitting: {
      groups: [
        {
          name: 'model',
          test: /dist\/(sample\/generate|run\/open-model|engine\/typed-array\/typed-array-engine)\.js$/,
          priority: 2,
        },
        { name: 'writing', test: /dist\/commands\/sample\/run\.js$/, priority: 1 },
      ],
    },
  },
  logLevel: 'warn',
});
// For browsers: one file that shares nothing with the others, so that it imports nothing of Node. Minified, because it goes to pages.
const { output: forBrowsers } = await build({
  input: { browser: join(dist, 'browser.js') },
  platform: 'browser',
  plugins: [withOwnSettings],
  // The address of the file of a worker thread, which a single thread does not use. Bundlers would look for that file.
  transform: { define: { 'import.meta.url': 'undefined' } },
  output: { dir: target, format: 'esm', minify: true, comments: false, codeSplitting: false },
  logLevel: 'warn',
});
// A thread and a process are started from files that lie beside the one that starts them.
for (const path of ['engine/typed-array/worker.js', 'engine/onnxruntime/device-trial.js'])
  copyFileSync(join(dist, path), join(target, /** @type {string} */ (path.split('/').at(-1))));

const schema = JSON.parse(readFileSync(join(root, 'configs/textloom.schema.json'), 'utf8'));
await build({
  input: { index: join(dist, 'index.d.ts'), browser: join(dist, 'browser.d.ts') },
  external,
  plugins: [
    {
      name: 'without-zod',
      load: {
        filter: { id: /\/config\/(types|rule)\.d\.ts$/ },
        handler: (path) => ({ code: withoutZod(path, schema), moduleType: 'ts' }),
      },
    },
    dts({ dtsInput: true, tsconfig: false }),
  ],
  output: { dir: target, format: 'esm' },
  checks: { pluginTimings: false },
  logLevel: 'warn',
});

// The licences of these packages require that they go with the code.
const modules = [...output, ...forBrowsers].flatMap((chunk) => ('moduleIds' in chunk ? chunk.moduleIds : []));
// The script of the report's page contains uPlot, bundled before (src/page/browser/build.js).
modules.push(join(root, 'node_modules/uplot/dist/uPlot.esm.js'));
const folders = new Set(modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
const licences = [...folders].map((folder) => {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no licence file`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
const text = [...new Set(licences)].sort().join(`\n${'-'.repeat(80)}\n\n`);
writeFileSync(join(target, 'licences-of-packages.txt'), text);
