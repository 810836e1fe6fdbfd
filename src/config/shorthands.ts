import type { MapTree } from './tree.js';

/** Sections that may be written as one word, and the key that has the word as its value: `engine: auto`. */
const shorthands = { engine: 'type' };

/**
 * Replaces words by maps, so that every section is a map. This is done for each file and each override before merging, so that a word and a
 * map merge as two maps do.
 */
export function withoutShorthands(config: MapTree): MapTree {
  const entries = new Map(config.entries);
  for (const [section, key] of Object.entries(shorthands)) {
    const entry = entries.get(section);
    if (entry?.tree.kind !== 'scalar' || typeof entry.tree.value !== 'string') continue;
    const { position } = entry.tree;
    const tree: MapTree = { kind: 'map', entries: new Map([[key, { tree: entry.tree, position }]]), position };
    entries.set(section, { ...entry, tree });
  }
  return { ...config, entries };
}
