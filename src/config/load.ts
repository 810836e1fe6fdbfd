import { basename, dirname, extname, resolve } from 'node:path';
import { expandHome } from '../files/home-folder.js';
import { cacheWords, pathKeys } from './config-file.js';
import { loadFile } from './extends.js';
import { inherit, withoutKey } from './merge.js';
import { type ModelSections, withModelSections } from './model-sections.js';
import { parseOverrides } from './overrides.js';
import { resolveTree } from './resolve.js';
import { withoutShorthands } from './shorthands.js';
import type { Entry, MapTree, Tree } from './tree.js';
import type { ResolvedConfig } from './types.js';
import { parseYaml } from './yaml-tree.js';

export interface LoadOptions {
  /** Overrides as `a.b=c`; the last one wins. */
  set?: readonly string[];
  /** Keys of the files, as `a.b`, that do not hold, since an override of another key is in their place. */
  replaced?: readonly string[];
  /** What `file` and paths in overrides are relative to. Default: the current directory. */
  directory?: string;
  /** Run directory in the place of the config's `output`: another run, called after the directory unless an override names it. */
  output?: string | undefined;
  /** What the model that training starts from says of the sections that the config does not have. */
  modelSections?: ModelSections;
}

/**
 * Read a config file (YAML or JSON, by its extension) with all that it extends, apply overrides, check, and fill in defaults.
 * @throws UserError usage with every problem found, each with file, line and column or with the flag it comes from.
 */
export function loadConfig(
  file: string,
  { set = [], replaced = [], directory = process.cwd(), output, modelSections }: LoadOptions = {},
): ResolvedConfig {
  const { tree, files } = loadFile(resolve(directory, file), directory);
  const overrides = parseOverrides(set, directory, files);
  const kept = replaced.reduce((rest, key) => withoutKey(rest, key.split('.')), tree);
  const named = withName(kept, runName(basename(file, extname(file))));
  const stated = withAbsolutePaths(overrides === undefined ? named : inherit(named, overrides));
  const config = resolveTree(modelSections === undefined ? stated : withModelSections(stated, modelSections));
  const own = { ...config, output: expandHome(config.output) };
  if (output === undefined || resolve(output) === resolve(own.output)) return own;
  return { ...own, output, ...(!overrides?.entries.has('name') && { name: runName(basename(resolve(output))) }) };
}

/**
 * The config that a file would be, were this text written to it. It extends no other.
 * @throws UserError usage as {@link loadConfig} does.
 */
export function parseConfig(text: string, file: string): ResolvedConfig {
  const tree = parseYaml(text, { name: file, directory: dirname(resolve(file)), order: 0 });
  if (tree?.kind !== 'map') throw new Error('the text of a config is a map');
  return resolveTree(withAbsolutePaths(withName(withoutShorthands(tree), runName(basename(file, extname(file))))));
}

/** A run without a name is called after its config file or its directory, in characters that a directory may have. */
function runName(given: string): string {
  const name = given.replace(/[^\p{L}\p{N}._ -]/gu, '-');
  return name.replace(/^[._ -]+/, '').slice(0, 100) || 'model';
}

function withName(tree: MapTree, value: string): MapTree {
  if (tree.entries.has('name')) return tree;
  const { position } = tree;
  const entry: Entry = { tree: { kind: 'scalar', value, position }, position };
  return { ...tree, entries: new Map([...tree.entries, ['name', entry]]) };
}

const isWord = (tree: Tree) => tree.kind === 'scalar' && cacheWords.includes(tree.value);

/** Files are relative to the file that states them, which after merging only their places remember. */
function withAbsolutePaths(tree: MapTree): MapTree {
  return Object.entries(pathKeys).reduce(withAbsolutePathsIn, tree);
}

function withAbsolutePathsIn(tree: MapTree, [name, keys]: [section: string, keys: readonly string[]]): MapTree {
  return changedSection(tree, name.split('.'), (section) => {
    const entries = new Map(section.entries);
    for (const key of keys) {
      const entry = entries.get(key);
      if (entry !== undefined && !(key === 'cache' && isWord(entry.tree)))
        entries.set(key, { ...entry, tree: withAbsolutePath(entry.tree) });
    }
    return { ...section, entries };
  });
}

/** The tree with a section changed, if it is there. */
function changedSection(tree: MapTree, [name, ...inner]: readonly string[], change: (section: MapTree) => MapTree): MapTree {
  if (name === undefined) return change(tree);
  const entry = tree.entries.get(name);
  if (entry?.tree.kind !== 'map') return tree;
  const section = changedSection(entry.tree, inner, change);
  return { ...tree, entries: new Map([...tree.entries, [name, { ...entry, tree: section }]]) };
}

/** A path, or each of a list. */
function withAbsolutePath(tree: Tree): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map(withAbsolutePath) };
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || tree.value === '') return tree;
  return { ...tree, value: resolve(tree.position.source.directory ?? '', expandHome(tree.value)) };
}
