import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { stringify } from 'yaml';
import { mapPaths } from './map-paths.js';

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
