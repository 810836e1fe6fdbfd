import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

/*
 * The folders of src and the folders that each may import (docs/architecture.md). The registries of optimizers, schedules and averaging
 * rules in train have entries of their own, because the config's schema reads their declarations.
 */
const core = ['foundation', 'files', 'text', 'graph', 'engine', 'model', 'run'];
const folders: Readonly<Record<string, readonly string[]>> = {
  foundation: [],
  files: ['foundation'],
  text: ['foundation', 'files'],
  page: ['foundation'],
  'page/browser': [],
  graph: ['foundation'],
  onnx: ['foundation', 'graph'],
  engine: ['foundation', 'files', 'onnx', 'graph'],
  parallel: ['foundation', 'files'],
  model: ['foundation', 'text', 'graph', 'onnx', 'engine'],
  run: ['foundation', 'files', 'text', 'graph', 'onnx', 'engine', 'model'],
  'train/optimizers': ['foundation', 'graph'],
  'train/schedules': ['foundation', 'train/optimizers'],
  'train/averaging': ['foundation', 'train/schedules'],
  config: ['foundation', 'files', 'text', 'model', 'train/optimizers', 'train/schedules', 'train/averaging'],
  evaluate: [...core, 'parallel'],
  sample: core,
  export: [...core, 'page', 'onnx', 'config', 'evaluate', 'sample'],
  'export/page': [...core, 'config', 'sample', 'train', 'export', 'page/browser'],
  import: core,
  serve: [...core, 'evaluate', 'sample', 'export'],
  report: [...core, 'page', 'config', 'evaluate', 'experiments', 'tune', 'ui'],
  'report/page': ['report', 'page/browser'],
  train: [
    ...core,
    'parallel',
    'config',
    'evaluate',
    'sample',
    'report',
    'train/optimizers',
    'train/schedules',
    'train/averaging',
  ],
  experiments: [...core, 'config'],
  tune: [...core, 'config', 'experiments', 'train/schedules'],
  diagnose: [...core, 'config', 'evaluate', 'train'],
  ui: ['foundation'],
  commands: [
    ...core,
    'parallel',
    'config',
    'evaluate',
    'sample',
    'export',
    'import',
    'serve',
    'report',
    'train',
    'experiments',
    'tune',
    'diagnose',
    'ui',
  ],
  cli: ['foundation', 'files', 'commands', 'ui'],
  library: [...core, 'config', 'train'],
  browser: [...core, 'config', 'evaluate', 'sample', 'train'],
  index: [...core, 'config', 'evaluate', 'sample', 'export', 'import', 'train', 'library'],
};

/** The additional imports that are allowed for types only. */
function isAllowedAsType(folder: string, file: string): boolean {
  if (file === 'config/types.ts') return ['evaluate', 'run', 'text', 'model'].includes(folder);
  return folder === 'ui' && file === 'train/events.ts';
}

/** The folders that may import a package; every other package is part of Node. */
const packages: Readonly<Record<string, readonly string[]>> = {
  yargs: ['cli', 'commands'],
  ora: ['ui'],
  'cli-progress': ['ui'],
  yaml: ['config', 'report'],
  zod: ['config', 'serve'],
  hono: ['serve'],
  '@hono': ['serve'],
  koffi: ['parallel'],
  'onnxruntime-node': ['engine'],
  assemblyscript: ['engine'],
  papaparse: ['commands'],
  uplot: ['report/page'],
  rolldown: ['page/browser'],
};

interface Import {
  from: string;
  specifier: string;
  typeOnly: boolean;
  /** Of `import()`: loaded when it is called. */
  dynamic: boolean;
}

const root = join(import.meta.dirname, '../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.[jt]s$/.test(path) && !path.includes('kernels/assembly/') && !path.endsWith('.generated.ts'));

const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** The source file that an import of our own names. */
const fileOf = (from: string, specifier: string) => posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');

function folderOf(path: string): string {
  const [first = '', second = '', ...rest] = path.split('/');
  if (second === '') return first.replace(/\.ts$/, '');
  return rest.length > 0 && `${first}/${second}` in folders ? `${first}/${second}` : first;
}

/** Every import and re-export of a text, static and dynamic. */
function importsOf(from: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '');
  const statics = code.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamics = code.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statics].map(([, type, specifier = '']) => ({ from, specifier, typeOnly: type !== undefined, dynamic: false })),
    ...[...dynamics].map(([, specifier = '']) => ({ from, specifier, typeOnly: false, dynamic: true })),
  ];
}

/** Why an import is not allowed, or undefined. */
function objection({ from, specifier, typeOnly }: Import): string | undefined {
  const folder = folderOf(from);
  if (specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) {
    const name = specifier.split('/')[0] ?? specifier;
    return packages[name]?.includes(folder)
      ? undefined
      : `src/${from} imports the package ${specifier}, which ${folder} may not import`;
  }
  const file = fileOf(from, specifier);
  const target = folderOf(file);
  if (target === folder || folders[folder]?.includes(target) || (typeOnly && isAllowedAsType(folder, file))) return undefined;
  return `src/${from} imports ${typeOnly ? 'types of ' : ''}src/${file}: ${folder} may not import ${target}`;
}

describe('imports', () => {
  it('point down only', () => {
    const imports = sources.flatMap((path) => importsOf(path, textOf(path)));
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.map(objection).filter((text) => text !== undefined)).toEqual([]);
  });

  it('have no cycle, not even of types', () => {
    const edges = new Map(
      sources.map((path) => {
        const targets = importsOf(path, textOf(path)).map(({ specifier }) => specifier);
        const own = targets.filter((specifier) => specifier.startsWith('.'));
        return [path, own.map((specifier) => fileOf(path, specifier))] as const;
      }),
    );
    const done = new Set<string>();
    const visit = (path: string, chain: readonly string[]): string | undefined => {
      if (chain.includes(path)) return [...chain.slice(chain.indexOf(path)), path].join(' > ');
      if (done.has(path)) return undefined;
      for (const target of edges.get(path) ?? []) {
        const circle = visit(target, [...chain, path]);
        if (circle) return circle;
      }
      done.add(path);
      return undefined;
    };
    expect(sources.map((path) => visit(path, [])).filter((circle) => circle !== undefined)).toEqual([]);
  });

  it('leave model, graph and configs unloaded until a command needs them, so that the program starts fast', () => {
    const loaded = new Set(['cli.ts']);
    for (const path of loaded)
      for (const { specifier, typeOnly, dynamic } of importsOf(path, textOf(path)))
        if (specifier.startsWith('.') && !typeOnly && !dynamic) loaded.add(fileOf(path, specifier));
    const folders = new Set([...loaded].map(folderOf));
    for (const heavy of ['graph', 'onnx', 'model', 'train', 'sample', 'evaluate', 'import', 'export', 'serve', 'report'])
      expect([...folders]).not.toContain(heavy);
    const packages = [...loaded].flatMap((path) => importsOf(path, textOf(path)));
    for (const heavy of ['zod', 'yaml', 'ora', 'cli-progress'])
      expect(packages.filter(({ specifier, dynamic }) => specifier === heavy && !dynamic)).toEqual([]);
  });

  it('follow the table of the architecture page', () => {
    const page = readFileSync(join(root, '../docs/architecture.md'), 'utf8');
    const core = /^_Core_ stands for (.*)\.$/m.exec(page)![1]!.match(/(?<=`)\w+(?=`)/g)!;
    const rows = [...page.matchAll(/^\| `([\w./]+?)\/?` +\| .*? +\| (.*?) +\|$/gm)];
    const shown = rows.map(([, folder = '', allowed = '']) => {
      const names = allowed === 'nothing' ? [] : allowed.split(', ').flatMap((name) => (name === 'core' ? core : [name]));
      return [folder.replace(/\.ts$/, ''), [...new Set(names)].sort()];
    });
    const plan = Object.entries(folders).map(([folder, allowed]) => [folder, [...new Set(allowed)].sort()]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(plan));
  });

  it('come from folders of the table', () => {
    expect(sources.map(folderOf).filter((folder) => folders[folder] === undefined)).toEqual([]);
  });

  it.each([
    ['graph/a.ts', "import { x } from '../engine/engine.js';", 'graph may not import engine'],
    ['model/a.ts', "import { type X, y } from '../config/types.js';", 'model may not import config'],
    ['text/a.ts', "import {\n  x,\n} from '../config/load.js';", 'text may not import config'],
    ['ui/a.ts', "import { x } from '../train/events.js';", 'ui may not import train'],
    ['model/a.ts', "export * from '../train/events.js';", 'model may not import train'],
    ['model/a.ts', "const x = await import('../cli.js');", 'model may not import cli'],
    ['train/a.ts', "import ora from 'ora';", 'train may not import'],
  ])('that point up are noticed: %s', (path, text, message) => {
    const found = importsOf(path, text).map(objection);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(message);
  });

  it.each([
    ['train/a.ts', "import type { X } from '../config/types.js';"],
    ['ui/a.ts', "import type { X } from '../train/events.js';"],
    ['engine/a.ts', "import { x } from '../graph/node.js';"],
    ['ui/a.ts', "import ora from 'ora';"],
  ])('that point down are let through: %s', (path, text) => {
    expect(importsOf(path, text).map(objection)).toEqual([undefined]);
  });
});
