import { dirname, extname, isAbsolute, relative, resolve, sep } from 'node:path';
import { expandHome } from '../files/home-folder.js';
import { inherit } from './merge.js';
import { configError } from './problems.js';
import { readSource } from './read-source.js';
import { withoutShorthands } from './shorthands.js';
import { type MapTree, type Source, toValue } from './tree.js';
import { parseYaml } from './yaml-tree.js';

/**
 * The most files that one config may extend, directly or not: a few is usual, and files that extend each other repeatedly would never end.
 */
const maximumFiles = 64;

/** Keys that belong to one run and are never inherited. */
const ownKeys = ['name', 'output'];

/**
 * A config file merged over the files that it extends.
 * @param path absolute
 * @param directory the folder to which paths in messages are relative
 * @returns the tree, and the number of files it was made from
 * @throws UserError usage when a file cannot be read, or extends itself through others
 */
export function loadFile(path: string, directory: string): { tree: MapTree; files: number } {
  let begun = 0;
  let done = 0;

  const load = (file: string, chain: readonly string[], refuseName?: (text: string) => Error): MapTree => {
    const source: Source = { name: displayPath(file, directory), directory: dirname(file), order: done };
    const own = parseFile(file, source, refuseName);
    const links = [...chain, file];
    const bases = basesOf(own).map(({ base, fail }) => {
      const baseFile = resolve(dirname(file), expandHome(base));
      const seen = links.indexOf(baseFile);
      const circle = () => [...links.slice(seen), baseFile].map((link) => displayPath(link, directory)).join(' > ');
      if (seen >= 0) throw fail(`forms a cycle: ${circle()}`);
      if (++begun > maximumFiles) throw fail(`builds on more than ${maximumFiles} files`);
      return withoutKeys(load(baseFile, links, fail), ownKeys);
    });
    // Bases come first, so that their problems are reported first.
    source.order = done++;
    return [...bases, withoutKeys(own, ['extends'])].reduce(inherit);
  };

  const tree = load(path, []);
  return { tree, files: done };
}

/** The paths that a file extends, each with a function that makes the error for it. */
function basesOf(tree: MapTree): { base: string; fail: (text: string) => Error }[] {
  const entry = tree.entries.get('extends');
  if (entry === undefined) return [];
  const trees = entry.tree.kind === 'list' ? entry.tree.items : [entry.tree];
  return trees.map((tree) => {
    const fail = (text: string) => configError([{ position: tree.position, path: 'extends', text }]);
    const base = toValue(tree);
    if (typeof base !== 'string' || !/^[^\0]+$/.test(base)) throw fail('is a path or a list of paths, relative to this file');
    return { base, fail };
  });
}

/** @param refuseName makes the error, at the place in another file that names this one, when there is no config with this name */
function parseFile(path: string, source: Source, refuseName?: (text: string) => Error): MapTree {
  const fail = (text: string) =>
    refuseName?.(`${source.name}: ${text}`) ?? configError([{ position: { source }, path: '', text }]);
  const extension = extname(path).toLowerCase();
  if (!['.yaml', '.yml', '.json'].includes(extension)) throw fail('a config file ends in .yaml, .yml or .json');
  const text = readSource(path, source, fail);
  const tree = parseYaml(text, source);
  if (tree === undefined) throw fail('is empty; a config needs at least corpus.path');
  if (extension === '.json') refuseWhatIsNotJson(text, fail);
  if (tree.kind === 'map') return withoutShorthands(tree);
  throw fail(`a config is a map of keys and values, as in {"seed": 1}; found ${tree.kind === 'list' ? 'a list' : 'one value'}`);
}

/** YAML's parser gives positions and finds repeated keys, but it also accepts text that is not JSON. */
function refuseWhatIsNotJson(text: string, fail: (text: string) => Error): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw fail(`is YAML but not JSON (${(error as Error).message}); name it .yaml`);
  }
}

/** The path as a user in that directory would type it. */
function displayPath(path: string, directory: string): string {
  const shorter = relative(directory, path);
  return shorter === '' || shorter.startsWith(`..${sep}`) || isAbsolute(shorter) ? path : shorter;
}

function withoutKeys(tree: MapTree, keys: readonly string[]): MapTree {
  return { ...tree, entries: new Map([...tree.entries].filter(([key]) => !keys.includes(key))) };
}
