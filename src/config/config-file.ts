import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';

/** Keys of a config that are paths, by section; a section within another is named `outer.inner`. */
export const pathKeys = {
  corpus: ['path', 'train', 'validation', 'test', 'cache'],
  tokenizer: ['file'],
  'training.from': ['path'],
  'model.initialization.vectors': ['path'],
} as const;

/** What may stand in the place of a folder for the cache. */
export const cacheWords: readonly unknown[] = ['auto', 'off'];

/** A config whose paths are changed, each of a list too; all else is as it was. */
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
 * A resolved config as YAML, for the run directory: loading it gives the same config back, and training it again the same model.
 *
 * Paths in it are relative to `folder`, as those of any config file are to theirs, where both are in the current directory, so that a project
 * can be moved or copied with its runs; others are absolute.
 *
 * @param folder where the file will be; without it, paths stay as they are
 */
export function stringifyConfig(config: object, folder?: string): string {
  const placed = folder === undefined ? config : mapPaths(config, (path) => pathFrom(folder, path));
  return `# Everything that decided this run, defaults included.\n${stringify(placed, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}

function pathFrom(folder: string, path: string): string {
  const here = process.cwd();
  const isHere = (place: string) => !relative(here, place).startsWith('..') && !isAbsolute(relative(here, place));
  const [from, to] = [resolve(folder), resolve(path)];
  // Behind a symbolic link, `..` is another folder than the name says.
  if (!isHere(to) || !isHere(from) || realpathSync(from) !== from) return to;
  const way = relative(from, to).replaceAll(sep, '/');
  return way.startsWith('~') ? `./${way}` : way;
}
