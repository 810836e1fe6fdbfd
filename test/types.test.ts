import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from './files/temporary-folder.js';

const root = join(import.meta.dirname, '..');

it.each([
  ['nodenext', { module: 'nodenext' }],
  ['bundler', { module: 'esnext', moduleResolution: 'bundler' }],
])('the declarations compile in another project without other packages, every library checked (%s)', (_, resolution) => {
  const folder = temporaryFolder();
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@types'), { recursive: true });
  cpSync(join(root, 'dist/bundle'), join(modules, 'textloom/dist/bundle'), {
    recursive: true,
    filter: (path) => !path.endsWith('.js'),
  });
  cpSync(join(root, 'package.json'), join(modules, 'textloom/package.json'));
  for (const name of ['@types/node', 'undici-types']) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'program.ts'),
    `import { createGenerator, createTypedArrayEngine, openModel, runTraining, type Config, type Engine, type ResolvedConfig } from 'textloom';
const engine: Engine = createTypedArrayEngine();
const generator = createGenerator({ model: openModel('model.safetensors', engine), engine });
export const prompt = generator.read('Once');
export const run = runTraining({ config: { corpus: { path: 'a.txt' }, training: { epochs: 1 } } });
export const config: Config = { training: { clipping: { type: 'norm', threshold: 1 }, optimizer: { type: 'adam', learningRate: 0.01 } } };
// @ts-expect-error: a number is required.
export const wrong: Config = { training: { epochs: 'all' } };
export const length = (resolved: ResolvedConfig): number => resolved.training.sequenceLength;
`,
  );
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    ...resolution,
    target: 'es2023',
    types: ['node'],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  const compiler = join(root, 'node_modules/typescript-native/bin/tsc');
  const compile = () => execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
  let output: string;
  try {
    output = compile();
  } catch (error) {
    output = (error as { stdout: string }).stdout;
  }
  expect(output).toBe('');
});
