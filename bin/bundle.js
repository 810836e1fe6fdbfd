// Puts the compiled command line and the packages that it needs into few files, so that it starts in half the time: dist/textloom.js and
// the chunks that its commands load. The library (dist/index.js) is left as compiled, one file for one file.

import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const dist = new URL('../dist/', import.meta.url);

const { output } = await build({
  input: { textloom: fileURLToPath(new URL('cli.js', dist)) },
  platform: 'node',
  external: ['onnxruntime-node', /^node:/],
  output: { dir: fileURLToPath(dist), format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'textloom-[name].js' },
  logLevel: 'warn',
});
// A thread and a process are started from files that lie beside the one that starts them.
for (const path of ['engine/typed-array/worker.js', 'engine/onnxruntime/device-trial.js'])
  copyFileSync(new URL(path, dist), new URL(path.split('/').at(-1), dist));

// The licences of these packages require that they go with the code.
const modules = output.flatMap((chunk) => ('moduleIds' in chunk ? chunk.moduleIds : []));
// The script of the report's page contains uPlot, bundled before (src/report/page/build.js).
modules.push(fileURLToPath(new URL('../node_modules/uplot/dist/uPlot.esm.js', import.meta.url)));
const folders = new Set(modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []));
const licences = [...folders].map((folder) => {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file === undefined) throw new Error(`${folder} has no licence file`);
  return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
});
const text = [...new Set(licences)].sort().join(`\n${'-'.repeat(80)}\n\n`);
writeFileSync(new URL('licences-of-packages.txt', dist), text);
