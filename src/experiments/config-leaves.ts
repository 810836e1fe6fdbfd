import type { ResolvedConfig } from '../config/types.js';
import type { JsonValue } from '../foundation/strict-json.js';
import { isJsonMap } from '../foundation/strict-json.js';

/** The values of a config by their paths, such as `training.optimizer.learningRate` or `model.layers.0.size`. */
export type ConfigLeaves = ReadonlyMap<string, JsonValue>;

/** Keys that name a run and its places, and differ in all runs without meaning. */
const placeKeys: readonly string[] = ['name', 'output', 'corpus.cache'];

/** The values of a config that are not maps or lists of maps. The name of the run and its folders are left out. */
export function configLeaves(config: ResolvedConfig): ConfigLeaves {
  const leaves = new Map<string, JsonValue>();
  const add = (path: string, value: JsonValue): void => {
    const entries = isJsonMap(value)
      ? Object.entries(value)
      : Array.isArray(value) && value.some(isJsonMap)
        ? [...value.entries()]
        : undefined;
    if (entries === undefined) leaves.set(path, value);
    else for (const [key, inner] of entries) add(path === '' ? String(key) : `${path}.${key}`, inner);
  };
  add('', config as unknown as JsonValue);
  for (const key of placeKeys) leaves.delete(key);
  return leaves;
}

/** The paths whose values differ between some of the configs, in the order of the configs. A path that a config lacks counts as a value. */
export function differingKeys(configs: readonly ConfigLeaves[]): string[] {
  const [first] = configs;
  if (first === undefined) return [];
  const paths = new Set(configs.flatMap((leaves) => [...leaves.keys()]));
  const same = (path: string) =>
    configs.every((leaves) => JSON.stringify(leaves.get(path)) === JSON.stringify(first.get(path)));
  return [...paths].filter((path) => !same(path));
}

/**
 * The shortest ending of each path that no other path has and that is not taken, beginning with a name: `learningRate`, `layers.0.size`.
 * @param paths without repetitions
 */
export function shortPaths(paths: readonly string[], taken: readonly string[] = []): string[] {
  return paths.map((path) => {
    const parts = path.split('.');
    const endings = parts.map((_, i) => parts.slice(parts.length - 1 - i).join('.'));
    const isOwn = (ending: string) => paths.filter((other) => other === ending || other.endsWith(`.${ending}`)).length === 1;
    return endings.find((ending) => !/^\d+(\.|$)/.test(ending) && !taken.includes(ending) && isOwn(ending)) ?? path;
  });
}
