import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';

/** Keys of a config that are paths, by section; a nested section is named `outer.inner`. */
export const pathKeys = {
  corpus: ['path', 'train', 'validation', 'test', 'cache'],
  tokenizer: ['file'],
  'training.from': ['path'],
  'model.initialization.vectors': ['path'],
  'training.objective.synonyms': ['path'],
} as const;

/** Words that are allowed in the place of the cache folder. */
export const cacheWords: readonly unknown[] = ['auto', 'off'];

/** A config whose paths are changed, including each path of a list. Other values are unchanged. */
export function mapPaths<Config extends object>(config: Config, change: (path: string) => string): Config {
  const changed = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(changed);
    return typeof value === 'string' ? change(value) : value;
  };
  const inSection = (section: unknown, [name, ...inner]: readonly string[], keys: readonly string[]): unknown => {
    if (typeof section !== 'object' || section === null) return section;
    const entries = Object.entries(section).map(([key, value]) => {
      if (name !== undefined) return [key, key === name ? inSection(value, inner, keys) : value];
      const isPath = keys.includes(key) && !(key === 'cache' && cacheWords.includes(value));
      return [key, isPath ? changed(value) : value];
    });
    return Object.fromEntries(entries);
  };
  return Object.entries(pathKeys).reduce<unknown>(
    (all, [name, keys]) => inSection(all, name.split('.'), keys),
    config,
  ) as Config;
}

/**
 * A resolved config as YAML, for the run directory: loading it gives an equal config, and training with it gives the same model.
 *
 * Where both the file and a path are in the current directory, the path is written relative to `folder`, as in any config file, so that a
 * project can be moved or copied with its runs. Other paths are absolute.
 *
 * @param folder where the file will be; without it, paths are unchanged
 */
export function stringifyConfig(config: object, folder?: string): string {
  const placed = folder === undefined ? config : mapPaths(config, (path) => pathFrom(folder, path));
  return `# The complete config of this run, with all defaults.\n${stringify(placed, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}

function pathFrom(folder: string, path: string): string {
  const here = process.cwd();
  const isHere = (place: string) => !relative(here, place).startsWith('..') && !isAbsolute(relative(here, place));
  const [from, to] = [resolve(folder), resolve(path)];
  // Behind a symbolic link, `..` is not the folder that the path suggests.
  if (!isHere(to) || !isHere(from) || realpathSync(from) !== from) return to;
  const way = relative(from, to).replaceAll(sep, '/');
  return way.startsWith('~') ? `./${way}` : way;
}
