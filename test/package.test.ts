/** What npm installs, and what it would publish. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { rolldown } from 'rolldown';
import { expect, onTestFinished, test } from 'vitest';
import { openBrowser, openPage } from './commands/report/open-page.js';
import { linksOf, readPage, root } from './docs/commands.js';
import { temporaryFolder } from './files/temporary-folder.js';
import { installPackage } from './installed-package.js';
import { chromium, withoutChromium } from './outside-programs.js';

const read = (name: string) => JSON.parse(readFileSync(join(root, name), 'utf8'));

/*
 * The install script of onnxruntime-node downloads CUDA libraries and fails without a network. npm 11 and later obey allowScripts.
 * npm 10 does not know it, but runs install scripts only of packages that the lock file marks with hasInstallScript. A key for this
 * purpose in .npmrc would make npm 11 print a warning for each command. After an update of onnxruntime-node npm may write the mark
 * again: delete that line.
 */
test('npm ci runs no install script, with npm 10 or later, and prints no warning about it', () => {
  const packages = Object.entries<{ hasInstallScript?: boolean }>(read('package-lock.json').packages);
  expect(packages.length).toBeGreaterThan(100);
  expect(packages.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path)).toEqual([]);
  expect(read('package.json').allowScripts).toEqual({ koffi: false, 'onnxruntime-node': false });
  expect(existsSync(join(root, '.npmrc'))).toBe(false);
});

test('every link of the packed READMEs leads to a packed file, and so does every link of a linked page', () => {
  const list = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' });
  // npm 12 prints an object by package name, older ones a list.
  const [{ files }] = Object.values<{ files: { path: string }[] }>(JSON.parse(list)) as [{ files: { path: string }[] }];
  const packed = files.map(({ path }) => path);
  const pages = ['README.md', 'README.zh-CN.md'];
  expect(packed).toEqual(expect.arrayContaining(pages));
  const broken: string[] = [];
  for (const path of pages) {
    for (const target of linksOf(readPage(path))) {
      const isFolder = statSync(join(root, target)).isDirectory();
      const prefix = target.replace(/\/?$/, '/');
      if (!packed.some((file) => (isFolder ? file.startsWith(prefix) : file === target))) broken.push(`${path}: ${target}`);
      else if (target.endsWith('.md') && !pages.includes(target)) pages.push(target);
    }
  }
  expect(broken).toEqual([]);
  expect(pages.length).toBeGreaterThan(10);
});

test('the package needs no other, is smaller than 6 MB, and tools that check packages find no fault in it', async () => {
  const folder = temporaryFolder();
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ filename, unpackedSize }] = Object.values<{ filename: string; unpackedSize: number }>(JSON.parse(packed)) as [
    { filename: string; unpackedSize: number },
  ];
  expect(unpackedSize).toBeLessThan(6e6);
  const { dependencies, peerDependenciesMeta } = read('package.json');
  expect(dependencies).toBeUndefined();
  expect(peerDependenciesMeta).toEqual({ koffi: { optional: true }, 'onnxruntime-node': { optional: true } });

  const tarball = readFileSync(join(folder, filename));
  const { messages } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
  expect(messages).toEqual([]);
  const checked = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)));
  if (checked.types === false) throw new Error('the package has no types');
  // CommonJS loads an ES module by import() and, from Node 22 on, by require(); Node 10 does not know exports.
  const ofNode10 = checked.problems.filter((problem) => 'resolutionKind' in problem && problem.resolutionKind === 'node10');
  expect(checked.problems.filter((problem) => problem.kind !== 'CJSResolvesToESM' && !ofNode10.includes(problem))).toEqual([]);
});

test('the installed package trains on threads from a program, which it leaves as it was, and its command runs', () => {
  const folder = temporaryFolder();
  const run = installPackage(folder);
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['textloom']);

  writeFileSync(
    join(folder, 'train.js'),
    `const state = () => ({
  globals: Reflect.ownKeys(globalThis).map(String).sort(),
  listeners: process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
  environment: { ...process.env },
  folder: process.cwd(),
  stack: Error.stackTraceLimit,
});
const before = JSON.stringify(state());
const { runTraining } = await import('textloom');
const corpus = { path: 'node_modules/textloom/corpora/fables.txt' };
const training = { steps: 2, batchSize: 4, sequenceLength: 8 };
const engine = { type: 'typed-array', shards: 2, threads: 2 };
console.log(await runTraining({ config: { corpus, model: { hiddenSize: 8 }, training, engine }, directory: 'run' }));
console.log(JSON.stringify(state()) === before ? 'as before' : JSON.stringify(state()));
`,
  );
  const said = run(process.execPath, 'train.js');
  expect(said).toContain('completed');
  expect(said.trim().split('\n').at(-1)).toBe('as before');
  const command = ['node_modules/textloom/bin/textloom.js', 'sample', 'run', '-n', '20', '--seed', '1'];
  expect(run(process.execPath, ...command).length).toBeGreaterThan(10);
});

const forBrowsers = `import { createGenerator, createTypedArrayEngine, encodeModelFile, evaluatePerplexity, openModel, resolveConfig, trainOnText } from 'textloom/browser';
const text = 'the cat sat on the mat. '.repeat(40);
const config = resolveConfig({
  corpus: { path: 'text.txt', boundary: 'character' },
  model: { cell: { type: 'gru' }, hiddenSize: 8 },
  training: { steps: 20, batchSize: 4, sequenceLength: 8 },
});
export async function result(): Promise<string> {
  const losses: number[] = [];
  const { model: file } = await trainOnText({
    config,
    text,
    now: () => 0,
    onEvent: (event) => {
      if (event.type === 'step') losses.push(event.loss);
    },
  });
  const engine = createTypedArrayEngine();
  const model = openModel(encodeModelFile(file), engine);
  const generator = createGenerator({ model, engine });
  let written = '';
  for await (const piece of generator.generate(await generator.read('the'), { maximumTokens: 60, seed: 1 })) written += piece;
  const { perplexity } = await evaluatePerplexity({ model, engine, tokens: model.tokenizer.encode(text) });
  return JSON.stringify({ losses, written, perplexity });
}
`;

test(`a bundler builds a program with textloom/browser, which runs in a page without Node and eval${withoutChromium}`, async (context) => {
  const folder = temporaryFolder();
  const run = installPackage(folder);
  writeFileSync(join(folder, 'program.ts'), forBrowsers);
  // Declarations are complete without those of Node and of zod, also for projects that check the declarations of packages.
  const tsc = [
    join(root, 'node_modules/typescript-native/bin/tsc'),
    '--strict',
    '--noEmit',
    '--lib',
    'ES2023,DOM',
    '--types',
    '',
  ];
  run(process.execPath, ...tsc, '--module', 'esnext', '--moduleResolution', 'bundler', 'program.ts');

  const bundle = await rolldown({ input: join(folder, 'program.ts'), platform: 'browser', cwd: folder });
  const { output } = await bundle.generate({ format: 'iife', name: 'program', minify: true });
  await bundle.close();
  expect(output).toHaveLength(1);
  expect(output[0].imports).toEqual([]);
  expect(output[0].code.length).toBeLessThan(600_000);
  writeFileSync(join(folder, 'bundle.js'), `${output[0].code}\nconsole.log(await program.result());`);
  const inNode = run(process.execPath, 'bundle.js').trim();
  expect(JSON.parse(inNode).losses).toHaveLength(20);

  if (chromium === undefined) return context.skip();
  const policy = "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval'";
  const script = `${output[0].code.replaceAll('</', '<\\/')}\nprogram.result().then((text) => { document.body.textContent = text; });`;
  writeFileSync(
    join(folder, 'page.html'),
    `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><body></body><script>${script}</script>`,
  );
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const { page, troubles } = await openPage(browser, join(folder, 'page.html'), { width: 800, height: 600, scheme: 'light' });
  await expect.poll(() => page.locator('body').textContent()).toContain('perplexity');
  expect(await page.locator('body').textContent()).toBe(inNode);
  expect(troubles).toEqual([]);
});
