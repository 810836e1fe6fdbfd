import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { parseSync, transformSync } from 'rolldown/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as program from './browser-program.js';

/*
 * What runs in a browser: graphs, models, sampling, tokenizers, the typed-array engine on one thread, and all that `textloom/browser` has.
 * None of it imports a module of Node or a package besides zod, nor uses a global value that only Node has.
 */
const folders = [
  'browser.ts',
  'graph/',
  'model/',
  'sample/',
  'text/tokenizers/',
  'text/unicode/',
  'engine/engine.ts',
  'engine/typed-array/',
  'foundation/',
];

/** Global values of Node that browsers lack. */
const ofNode = ['Buffer', 'process', 'require', 'setImmediate', 'clearImmediate', 'global', '__dirname', '__filename'];

/** Where one of them is used, behind a `typeof` that asks whether it is there. */
const guarded = ['engine/typed-array/machine.ts: process', 'foundation/next-turn.ts: setImmediate'];

const root = join(import.meta.dirname, '../src');

interface Source {
  readonly imports: readonly string[];
  /** Names of Node's global values in it. */
  readonly globals: readonly string[];
}

type AstNode = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Reads a file once its types are gone: an import of types alone is none. */
function readSource(path: string, text: string): Source {
  const { code, errors } = transformSync(path, text, { typescript: { onlyRemoveTypeImports: true } });
  expect(errors).toEqual([]);
  const imports: string[] = [];
  const globals = new Set<string>();
  const visit = (node: AstNode) => {
    const source = node.source as AstNode | null | undefined;
    if (/^(Import|ExportNamed|ExportAll)(Declaration|Expression)$/.test(node.type) && source)
      imports.push(typeof source.value === 'string' ? source.value : '(an import that is computed)');
    if (node.type === 'Identifier' && ofNode.includes(node.name as string)) globals.add(node.name as string);
    // The name of a property is no global value, but for those of globalThis.
    const isName =
      node.computed !== true && node.shorthand !== true && (node.object as AstNode | undefined)?.name !== 'globalThis';
    for (const [key, child] of Object.entries(node)) {
      if (isName && (key === 'property' || key === 'key')) continue;
      for (const part of Array.isArray(child) ? child : [child])
        if (part && typeof part === 'object' && 'type' in part) visit(part);
    }
  };
  visit(parseSync('source.js', code).program as unknown as AstNode);
  return { imports, globals: [...globals] };
}

/** What stands against running these files and all that they import in a browser, each with the imports that lead to it. */
function objections(starts: readonly string[], read: (path: string) => string | undefined): string[] {
  const importedBy = new Map<string, string | undefined>(starts.map((path) => [path, undefined]));
  const chain = (path: string): string => {
    const by = importedBy.get(path);
    return by === undefined ? path : `${path}, which is imported by ${chain(by)}`;
  };
  const found: string[] = [];
  // A map goes on with the entries that it is given meanwhile.
  for (const path of importedBy.keys()) {
    const { imports, globals } = readSource(path, read(path)!);
    for (const name of globals) if (!guarded.includes(`${path}: ${name}`)) found.push(`${name} in ${chain(path)}`);
    for (const specifier of imports) {
      const file = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
      if (specifier === 'zod' && path.startsWith('config/')) continue;
      if (!specifier.startsWith('.') || read(file) === undefined) found.push(`import of ${specifier} in ${chain(path)}`);
      else if (!importedBy.has(file)) importedBy.set(file, path);
    }
  }
  return found;
}

const readFile = (path: string) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined);

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts') && !path.includes('kernels/assembly/'))
  .filter((path) => folders.some((folder) => path.startsWith(folder)));

describe('the sources that run in a browser', () => {
  it('import nothing of Node and use none of its global values', () => {
    for (const folder of folders)
      expect(
        files.some((path) => path.startsWith(folder)),
        folder,
      ).toBe(true);
    expect(objections(files, readFile)).toEqual([]);
  });

  it('use a global value of Node in the listed places only, and the list has no others', () => {
    for (const place of guarded) {
      const [path = '', name = ''] = place.split(': ');
      const text = readFile(path)!;
      expect(readSource(path, text).globals, place).toContain(name);
      expect(text).toContain(`typeof ${name} === `);
    }
  });

  it.each([
    ["import { open } from 'node:fs';\nopen();", 'import of node:fs in b.ts, which is imported by a.ts'],
    ["import 'yaml';", 'import of yaml in b.ts, which is imported by a.ts'],
    ["export { open } from 'node:fs';", 'import of node:fs in b.ts, which is imported by a.ts'],
    ["export * from 'fs';", 'import of fs in b.ts, which is imported by a.ts'],
    ["export const x = await import('node:fs');", 'import of node:fs in b.ts, which is imported by a.ts'],
    [
      "import { type A, open } from 'node:fs';\nexport const x: A = open;",
      'import of node:fs in b.ts, which is imported by a.ts',
    ],
    ['export const x = (text: string) => Buffer.from(text);', 'Buffer in b.ts, which is imported by a.ts'],
    ["export const x = process['env'];", 'process in b.ts, which is imported by a.ts'],
    ['export const x = globalThis.process.env;', 'process in b.ts, which is imported by a.ts'],
    ["const fs = require('fs');", 'require in b.ts, which is imported by a.ts'],
    ['export const x = { Buffer };', 'Buffer in b.ts, which is imported by a.ts'],
  ])('are objected to: %s', (text, objection) => {
    expect(
      objections(['a.ts'], (path) =>
        new Map([
          ['a.ts', "import './b.js';"],
          ['b.ts', text],
        ]).get(path),
      ),
    ).toEqual([objection]);
  });

  it.each([
    "import type { Stats } from 'node:fs';\nexport type A = Stats;",
    "export type { Stats } from 'node:fs';",
    '// Buffer of node:fs\nexport const x = "process.env";',
    'export type Buffer = Float32Array;\nexport const x = (values: Buffer) => values;',
    'export const x = (options: { process: number }) => options.process;',
    'export const x = { process: 1, require() {} };',
  ])('are let through: %s', (text) => {
    expect(objections(['a.ts'], () => text)).toEqual([]);
  });
});

/** The program bundled for a browser, and run where there is nothing but what JavaScript itself and every browser have. */
async function loadInBrowser() {
  const bundle = await rolldown({
    input: join(import.meta.dirname, 'browser-program.ts'),
    platform: 'browser',
    // The file of a worker thread has an address in it that a single thread does not use.
    checks: { emptyImportMeta: false },
  });
  const { output } = await bundle.generate({ format: 'iife', name: 'program' });
  await bundle.close();
  expect(output).toHaveLength(1);

  const channels: { port1: { close(): void } }[] = [];
  class Channel extends MessageChannel {
    constructor() {
      super();
      channels.push(this);
    }
  }
  const context = createContext({
    ...{ TextEncoder, TextDecoder, atob, queueMicrotask, setTimeout, performance, console },
    MessageChannel: Channel,
  });
  runInContext(`delete globalThis.SharedArrayBuffer;\n${output[0].code}`, context);
  return {
    run: (code: string) => runInContext(code, context) as unknown,
    program: runInContext('program', context) as typeof program,
    globals: runInContext('Object.getOwnPropertyNames(globalThis)', context) as string[],
    channels,
    close: () => channels.forEach(({ port1 }) => void port1.close()),
  };
}

describe('in a context that has only what browsers have', () => {
  let browser: Awaited<ReturnType<typeof loadInBrowser>>;
  beforeAll(async () => {
    browser = await loadInBrowser();
    for (const name of [...ofNode, 'SharedArrayBuffer']) expect(browser.globals).not.toContain(name);
  });
  afterAll(() => browser.close());

  it.each([
    { type: 'character' },
    { type: 'word', minimumCount: 2 },
    { type: 'byte' },
    { type: 'bpe', vocabularySize: 300 },
  ] as const)('a model writes the same texts as in Node, bit for bit: %j', async (choice) => {
    const text = await browser.program.writeTexts(choice);
    expect(JSON.parse(text).text.length).toBeGreaterThan(100);
    expect(text).toBe(await program.writeTexts(choice));
  });

  it('other tasks can run while a model generates', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++);
    await browser.program.writeTexts({ type: 'byte' });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(browser.channels).toHaveLength(1);
  });

  it('tokenizers of Hugging Face are written and read', () => {
    expect(browser.program.throughHuggingFace()).toBe(program.corpus);
    expect(program.throughHuggingFace()).toBe(program.corpus);
  });

  it('a model opened from bytes, in each form of its weights, writes the same texts', async () => {
    const texts = await browser.program.writeWithForms();
    expect(JSON.parse(texts)).toHaveLength(3);
    expect(texts).toBe(await program.writeWithForms());
  });

  it('training on a text in memory gives the same bits, and writes samples', async () => {
    const trained = await browser.program.train();
    expect(JSON.parse(trained)).toMatchObject({ end: { reason: 'completed', step: 12 }, samples: 3 });
    expect(trained).toBe(await program.train());
  });

  it('a missing SIMD is an error that says what to do', async () => {
    const old = await loadInBrowser();
    old.run("WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('invalid value type') } }");
    await expect(old.program.writeTexts({ type: 'byte' })).rejects.toThrow(
      'the engine needs WebAssembly with SIMD, and it cannot be compiled here: invalid value type. Browsers have it since Chrome 91',
    );
    old.close();
  });

  it('an engine of several threads is refused with what to do', () => {
    expect(() => program.closeTwoThreads()).not.toThrow();
    expect(() => browser.program.closeTwoThreads()).toThrow('several threads need the worker threads of Node');
  });
});
