// Compiles the AssemblyScript kernels and writes them, as base64, to a module that any bundler and Node version can load.
//
// Every thread instantiates the compiled module over one shared memory whose layout belongs to the host. The module must therefore have no
// static data and no stack of its own: a second instantiation would overwrite results of the first.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** @type {string[]} */
const options = [
  'assembly/index.ts',
  ...['--baseDir', folder, '--outFile', 'kernels.wasm', '--textFile', 'kernels.wat'],
  ...['--enable', 'simd,threads,bulk-memory'],
  ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
  ...['--runtime', 'stub', '--exportTable', '-O3', '--noAssert'],
];

/** @type {Uint8Array | undefined} */
let wasm;
let text = '';
const { error, stderr } = await asc.main(options, {
  writeFile: (name, contents) => {
    if (contents instanceof Uint8Array) wasm = contents;
    else if (name.endsWith('.wat')) text = contents;
  },
});
if (error || !wasm) throw new Error(`The kernels do not compile:\n${stderr.toString()}`, { cause: error });
if (text.includes('(data ')) {
  throw new Error('The kernels hold static data, which each thread would write anew into the shared memory.');
}

writeFileSync(
  new URL('kernels.generated.ts', import.meta.url),
  `/** The compiled kernels of assembly/, written by build.js. */\nexport const kernelsWasmBase64 =\n  '${Buffer.from(wasm).toString('base64')}';\n`,
);
if (process.argv.includes('--text')) process.stdout.write(text);
