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
