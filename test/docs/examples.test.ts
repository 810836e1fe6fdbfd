/** Every program of docs/examples, and that of the README, as a user has it: with the installed package, compiled in strict TypeScript, and run. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openBrowser } from '../commands/report/open-page.js';
import { installPackage } from '../installed-package.js';
import { chromium, withoutChromium } from '../outside-programs.js';
import { codeBlocks, readPage, root } from './commands.js';

const examples = join(root, 'docs/examples');
const programs = readdirSync(examples).filter((name) => name.endsWith('.mjs'));

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let run: ReturnType<typeof installPackage>;
const textloom = (...args: string[]) => run(process.execPath, 'node_modules/textloom/bin/textloom.js', ...args);
const sample = (...args: string[]) => textloom('sample', 'model', ...args);
const node = (input: string, ...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8', input });

/** The installed package, the examples, and a model of fables that has learned a little. */
beforeAll(() => {
  run = installPackage(folder);
  cpSync(examples, folder, { recursive: true });
  writeFileSync(
    join(folder, 'novel.yaml'),
    `corpus: { path: node_modules/textloom/corpora/fables.txt }
model: { cell: { type: gru }, hiddenSize: 64 }
training: { steps: 150, batchSize: 32, sequenceLength: 32, optimizer: { type: adam, learningRate: 0.01 } }
`,
  );
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  textloom('train', '--quiet', '--output', 'model', 'novel.yaml');
});

function programOfReadme(): string {
  const [program] = codeBlocks(readPage('README.md'), 'ts');
  return program!;
}

describe('an example', () => {
  it('stands in the list, and all have a test here', () => {
    const page = readFileSync(join(examples, 'README.md'), 'utf8');
    const listed = [...page.matchAll(/^\| \[[^\]]*\]\(([^)]*)\)/gm)].map(([, path]) => path!.replace('/', ''));
    expect(listed.sort()).toEqual(
      readdirSync(examples)
        .filter((name) => name !== 'README.md')
        .sort(),
    );
    const tested = ['odd-lines.mjs', 'rerank.mjs', 'server.mjs', 'stream-to-file.mjs'];
    expect([...programs].sort()).toEqual(tested);
  });

  it.each([
    ['NodeNext', ['--module', 'nodenext']],
    ['a bundler', ['--module', 'esnext', '--moduleResolution', 'bundler']],
  ])('compiles in a strict project with the resolution of %s', (_, resolution) => {
    writeFileSync(join(folder, 'readme.ts'), programOfReadme());
    const tsc = [join(root, 'node_modules/typescript-native/bin/tsc'), '--noEmit', '--strict', '--allowJs', '--checkJs'];
    const strict = ['--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--target', 'es2023', '--types', 'node'];
    const compile = (...files: string[]) => run(process.execPath, ...tsc, ...strict, ...resolution, ...files);
    compile('--lib', 'es2023', 'readme.ts', ...programs);
    compile('--lib', 'es2023,dom,dom.iterable', 'web-worker/page.js');
    compile('--lib', 'es2023,webworker', 'web-worker/worker.js');
    // What is wrong would be found.
    writeFileSync(join(folder, 'wrong.mjs'), "import { openModel } from 'textloom';\nopenModel(1);\n");
    expect(() => compile('--lib', 'es2023', 'wrong.mjs')).toThrow();
  });

  it('with the programs for a terminal does what its first lines say', () => {
    const ranked = node('The fox met a crow.\nTeh xof tem a wrco.\n\nThe fox met crow a.\n', 'rerank.mjs', 'model');
    const lines = ranked
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.map(([, line]) => line)).toHaveLength(3);
    expect(lines[0]![1]).toBe('The fox met a crow.');
    expect(lines[2]![1]).toBe('Teh xof tem a wrco.');
    expect(lines.map(([nats]) => Number(nats))).toEqual(lines.map(([nats]) => Number(nats)).sort((a, b) => a - b));

    const fables = readFileSync(join(root, 'corpora/fables.txt'), 'utf8').split('\n').slice(0, 40);
    const strange = ['gzz bbk wwpq dk', 'Ω'];
    writeFileSync(join(folder, 'log.txt'), [...fables.slice(0, 20), ...strange, ...fables.slice(20)].join('\n'));
    const odd = node('', 'odd-lines.mjs', 'model', 'log.txt', '6').trim().split('\n');
    expect(odd.map((line) => line.split('\t')[0])).toEqual(['21', '22']);

    expect(node('', 'stream-to-file.mjs', 'model', 'text.txt', '300', '60')).toBe('text.txt: 300 bytes\n');
    const [written, expected] = [
      readFileSync(join(folder, 'text.txt'), 'utf8'),
      sample('-n', '300', '--temperature', '0.8', '--seed', '1'),
    ];
    expect(expected.trimEnd()).toBe(written.trimEnd());
    // A text that never would be ready ends with the time, and what was written stays.
    node('', 'stream-to-file.mjs', 'model', 'long.txt', '1000000000', '1');
    const long = readFileSync(join(folder, 'long.txt'), 'utf8');
    expect(long.startsWith(written)).toBe(true);
  });

  it('in the README trains and writes', () => {
    // The config has a number of steps instead of epochs.
    const program = programOfReadme().replace('training.epochs=2', 'training.steps=20');
    writeFileSync(join(folder, 'readme.js'), program);
    const written = node('', 'readme.js');
    const same = ['runs/novel', '-p', 'The ', '-n', '200', '--temperature', '0.8', '--seed', '1'];
    expect(`The ${written}`.trimEnd()).toBe(textloom('sample', ...same).trimEnd());
  });

  it('that is a server writes the texts of the command, and answers what is wrong', async () => {
    const server = spawn(process.execPath, ['server.mjs', 'model', '0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void server.kill());
    const [line] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
    const at = `http://127.0.0.1:${/port (\d+)/.exec(line)![1]}`;
    const answer = await fetch(`${at}/write?prompt=The+fox&seed=2`);
    expect(answer.status).toBe(200);
    expect(`The fox${await answer.text()}`.trimEnd()).toBe(
      sample('-p', 'The fox', '--temperature', '0.8', '--seed', '2').trimEnd(),
    );
    const wrong = await fetch(`${at}/write?seed=-1`);
    expect([wrong.status, await wrong.text()]).toEqual([400, 'seed is -1: a whole number at least 0 is expected\n']);
    expect((await fetch(`${at}/other`)).status).toBe(404);
    // A reader that goes away in the middle does no harm.
    const left = new AbortController();
    const reader = (await fetch(`${at}/write?prompt=A`, { signal: left.signal })).body!.getReader();
    await reader.read();
    left.abort();
    await expect(reader.read()).rejects.toThrow();
    expect((await fetch(`${at}/write?prompt=B`)).status).toBe(200);
  });

  it(`that is a worker writes in a page, and stops${withoutChromium}`, async (context) => {
    if (chromium === undefined) return context.skip();
    const place = join(folder, 'web-worker');
    const bundle = await rolldown({ input: join(place, 'worker.js'), platform: 'browser', cwd: folder });
    await bundle.write({ file: join(place, 'worker.js'), format: 'esm' });
    await bundle.close();
    copyFileSync(join(folder, 'model/model.safetensors'), join(place, 'model.safetensors'));
    const types = new Map([
      ['.html', 'text/html'],
      ['.js', 'text/javascript'],
    ]);
    const server = createServer(({ url = '/' }, response) => {
      const name = url === '/' ? 'index.html' : url.slice(1);
      if (!readdirSync(place).includes(name)) return response.writeHead(404).end();
      response.setHeader('content-type', types.get(extname(name)) ?? 'application/octet-stream');
      return response.end(readFileSync(join(place, name)));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const browser = await openBrowser();
    onTestFinished(async () => {
      await browser.close();
      server.close();
    });
    const page = await browser.newPage();
    const troubles: string[] = [];
    page.on('pageerror', ({ message }) => troubles.push(message));
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const status = page.locator('#status');
    const text = page.locator('#text');
    await expect.poll(() => status.textContent()).toBe('ready');
    await page.fill('#prompt', 'The fox');
    await page.click('#write');
    await expect.poll(() => status.textContent()).toBe('end');
    const expected = sample('-p', 'The fox', '-n', '1000', '--temperature', '0.8', '--seed', '1');
    expect((await text.textContent())!.trimEnd()).toBe(expected.trimEnd());
    await page.click('#write');
    await page.click('#stop');
    await expect.poll(() => status.textContent()).toBe('end');
    expect(expected.startsWith((await text.textContent())!)).toBe(true);
    // A browser asks for an icon that the example does not have.
    expect(troubles.filter((trouble) => !trouble.includes('404'))).toEqual([]);
  });
});
