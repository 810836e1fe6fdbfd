import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

/*
 * The floor plan of the house (docs/architecture.md): what each floor may import from others. A floor is a folder of src; the
 * single files beside them form the ground, except for the two that open the house to the world.
 */
const ground = ['ground', 'text', 'checkpoint'];
const core = [...ground, 'graph', 'engine', 'model'];
const floors: Record<string, readonly string[]> = {
  ground: [],
  text: ground,
  checkpoint: ground,
  onnx: [],
  graph: ['ground'],
  engine: ['ground', 'onnx', 'graph'],
  model: [...ground, 'onnx', 'graph', 'engine'],
  config: ground,
  evaluate: core,
  sample: core,
  export: [...core, 'onnx', 'evaluate', 'sample'],
  import: core,
  train: [...core, 'evaluate'],
  ui: ['ground'],
  commands: [...core, 'config', 'evaluate', 'sample', 'export', 'import', 'train', 'ui'],
  cli: ['ground', 'commands', 'ui'],
  library: [...core, 'config', 'train'],
  index: [...core, 'config', 'evaluate', 'sample', 'export', 'import', 'train', 'library'],
};

/** What may be imported besides, as types alone. */
function isAllowedAsType(floor: string, file: string): boolean {
  if (file === 'config/types.ts') return floor !== 'ground' && floor !== 'graph';
  return floor === 'ui' && file === 'train/events.ts';
}

/** Which floors know a package; every other package is Node's own. */
const packages: Record<string, readonly string[]> = {
  yargs: ['cli', 'commands'],
  ora: ['ui'],
  'cli-progress': ['ui'],
  yaml: ['config', 'checkpoint'],
  zod: ['config'],
  'onnxruntime-node': ['engine'],
  assemblyscript: ['engine'],
};

interface Import {
  from: string;
  specifier: string;
  typeOnly: boolean;
}

const root = join(import.meta.dirname, '../src');
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => /\.[jt]s$/.test(path) && !path.includes('kernels/assembly/') && !path.endsWith('.generated.ts'));

function floorOf(path: string): string {
  const [first = '', ...rest] = path.split('/');
  if (rest.length > 0) return first;
  return first === 'cli.ts' || first === 'index.ts' ? first.slice(0, -3) : 'ground';
}

/** Every import and re-export of a text, static and dynamic. */
function importsOf(from: string, text: string): Import[] {
  const statics = text.matchAll(/^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamics = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  return [
    ...[...statics].map(([, type, specifier = '']) => ({ from, specifier, typeOnly: type !== undefined })),
    ...[...dynamics].map(([, specifier = '']) => ({ from, specifier, typeOnly: false })),
  ];
}

/** Why an import may not be, or undefined. */
function objection({ from, specifier, typeOnly }: Import): string | undefined {
  const floor = floorOf(from);
  if (specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) {
    const name = specifier.split('/')[0] ?? specifier;
    return packages[name]?.includes(floor)
      ? undefined
      : `src/${from} imports the package ${specifier}, which ${floor} does not know`;
  }
  const file = posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
  const target = floorOf(file);
  if (target === floor || floors[floor]?.includes(target) || (typeOnly && isAllowedAsType(floor, file))) return undefined;
  return `src/${from} imports ${typeOnly ? 'types of ' : ''}src/${file}: ${floor} may not look into ${target}`;
}

describe('imports', () => {
  it('point down only', () => {
    const imports = sources.flatMap((path) => importsOf(path, readFileSync(join(root, path), 'utf8')));
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.map(objection).filter((text) => text !== undefined)).toEqual([]);
  });

  it('come from floors that are on the plan', () => {
    expect(sources.map(floorOf).filter((floor) => floors[floor] === undefined)).toEqual([]);
  });

  it.each([
    ['graph/a.ts', "import { x } from '../engine/engine.js';", 'graph may not look into engine'],
    ['train/a.ts', "import {\n  x,\n} from '../config/load.js';", 'train may not look into config'],
    ['train/a.ts', "import { type X, y } from '../config/types.js';", 'train may not look into config'],
    ['ui/a.ts', "import { x } from '../train/events.js';", 'ui may not look into train'],
    ['model/a.ts', "export * from '../train/events.js';", 'model may not look into train'],
    ['model/a.ts', "const x = await import('../cli.js');", 'model may not look into cli'],
    ['train/a.ts', "import ora from 'ora';", 'train does not know'],
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
