import { basename, dirname, extname, resolve } from 'node:path';
import { expandHome } from '../files/home-folder.js';
import { loadFile } from './extends.js';
import { cacheWords, pathKeys } from './map-paths.js';
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
  /** Overrides that follow those of `set`, of a flag `--sweep`. */
  sweep?: readonly string[];
  /** The same for values of a flag `--search`. */
  search?: readonly string[];
  /** Keys of the files, as `a.b`, that are ignored because an override of another key replaces them. */
  replaced?: readonly string[];
  /** The folder to which `file` and paths in overrides are relative. Default: the current directory. */
  directory?: string;
  /** Run directory instead of the config's `output`: another run, named after the directory unless an override names it. */
  output?: string | undefined;
  /** Gives the sections of the starting model, for sections that the config does not have. */
  modelSections?: ModelSections;
}

/**
 * Reads a config file (YAML or JSON, by its extension) with all that it extends, applies overrides, checks the result, and fills in
 * defaults.
 * @throws UserError usage with every problem found, each with file, line and column or with its flag
 */
export function loadConfig(
  file: string,
  { set = [], sweep = [], search = [], replaced = [], directory = process.cwd(), output, modelSections }: LoadOptions = {},
): ResolvedConfig {
  const { tree, files } = loadFile(resolve(directory, file), directory);
  const overrides = parseOverrides({ '--set': set, '--sweep': sweep, '--search': search }, directory, files);
  const kept = replaced.reduce((rest, key) => withoutKey(rest, key.split('.')), tree);
  const named = withName(kept, runName(basename(file, extname(file))));
  const stated = withAbsolutePaths(overrides === undefined ? named : inherit(named, overrides));
  const config = resolveTree(modelSections === undefined ? stated : withModelSections(stated, modelSections));
  const own = { ...config, output: expandHome(config.output) };
  if (output === undefined || resolve(output) === resolve(own.output)) return own;
  return { ...own, output, ...(!overrides?.entries.has('name') && { name: runName(basename(resolve(output))) }) };
}

/**
 * The config of a file with this text. It must not extend others.
 * @throws UserError usage as {@link loadConfig} does
 */
export function parseConfig(text: string, file: string): ResolvedConfig {
  const tree = parseYaml(text, { name: file, directory: dirname(resolve(file)), order: 0 });
  if (tree?.kind !== 'map') throw new Error('the text of a config is a map');
  return resolveTree(withAbsolutePaths(withName(withoutShorthands(tree), runName(basename(file, extname(file))))));
}

/** The name of a run without one: that of its config file or its directory, with characters that a directory may have. */
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

/** Paths are relative to the file that contains them. After merging, only their positions know that file. */
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

/** The tree with one section changed, if the section exists. */
function changedSection(tree: MapTree, [name, ...inner]: readonly string[], change: (section: MapTree) => MapTree): MapTree {
  if (name === undefined) return change(tree);
  const entry = tree.entries.get(name);
  if (entry?.tree.kind !== 'map') return tree;
  const section = changedSection(entry.tree, inner, change);
  return { ...tree, entries: new Map([...tree.entries, [name, { ...entry, tree: section }]]) };
}

/** Makes a path, or each path of a list, absolute. */
function withAbsolutePath(tree: Tree): Tree {
  if (tree.kind === 'list') return { ...tree, items: tree.items.map(withAbsolutePath) };
  if (tree.kind !== 'scalar' || typeof tree.value !== 'string' || tree.value === '') return tree;
  return { ...tree, value: resolve(tree.position.source.directory ?? '', expandHome(tree.value)) };
}
