// Puts the compiled command line into few files, so that it starts in half the time: dist/textloom.js and the chunks that its commands
// load. Packages stay packages. The library (dist/index.js) is left as compiled, one file for one file.

import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const dist = new URL('../dist/', import.meta.url);

await build({
  input: { textloom: fileURLToPath(new URL('cli.js', dist)) },
  platform: 'node',
  external: /^(?![./]|[a-z]:)/i,
  output: { dir: fileURLToPath(dist), format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'textloom-[name].js' },
  logLevel: 'warn',
});
// A thread and a process are started from files that lie beside the one that starts them.
for (const path of ['engine/typed-array/worker.js', 'engine/onnxruntime/device-trial.js'])
  copyFileSync(new URL(path, dist), new URL(path.split('/').at(-1), dist));
