import { shortFormKeys } from '../model/specification.js';
import type { Entry, ListTree, MapTree, Tree } from './tree.js';

/**
 * The tree `child` merged over `parent`. Maps are merged key by key; everything else is replaced. There are six further rules:
 *  - a map that changes `type` does not inherit: keys of an `sgd` have no meaning for an `adam`;
 *  - an empty value (null) removes the parent's key, so that its default applies;
 *  - a list of layers over a number of equal layers removes the keys that belong to the number, `cell` and `hiddenSize`;
 *  - `embeddingSize` over the `size` of `embedding` removes it, and the other way round, because they are two names of one value;
 *  - lists of maps (layers) are merged element by element where they have the same length;
 *  - a map whose keys are indices of such a list, counted from 0, changes only those elements: `--set model.layers.1.size=64`.
 */
export function inherit(parent: MapTree, child: MapTree): MapTree {
  if (changesType(parent, child)) return child;
  const entries = new Map(parent.entries);
  for (const [key, entry] of child.entries) {
    const below = entries.get(key);
    if (below === undefined) entries.set(key, entry);
    else if (isEmpty(entry)) entries.delete(key);
    else entries.set(key, { tree: inheritValue(below.tree, entry.tree), position: entry.position });
  }
  if (child.entries.get('layers')?.tree.kind === 'list')
    for (const key of shortFormKeys) if (!child.entries.has(key)) entries.delete(key);
  if (hasSize(child.entries.get('embedding')) && !child.entries.has('embeddingSize')) entries.delete('embeddingSize');
  const embedding = entries.get('embedding');
  if (embedding?.tree.kind === 'map' && child.entries.has('embeddingSize') && !hasSize(child.entries.get('embedding')))
    entries.set('embedding', { ...embedding, tree: withoutKey(embedding.tree, ['size']) });
  return { kind: 'map', entries, position: child.position };
}

function inheritValue(parent: Tree, child: Tree): Tree {
  if (parent.kind === 'map' && child.kind === 'map') return inherit(parent, child);
  if (parent.kind === 'list' && child.kind === 'map') return inheritPlaces(parent, child);
  if (parent.kind !== 'list' || child.kind !== 'list' || parent.items.length !== child.items.length) return child;
  if (![...parent.items, ...child.items].every(({ kind }) => kind === 'map')) return child;
  return { ...child, items: child.items.map((item, i) => inheritValue(parent.items[i]!, item)) };
}

function inheritPlaces(parent: ListTree, child: MapTree): Tree {
  const places = parent.items.map((_, i) => String(i));
  if (child.entries.size === 0 || [...child.entries.keys()].some((key) => !places.includes(key))) return child;
  const items = parent.items.map((item, i) => {
    const entry = child.entries.get(places[i]!);
    return entry === undefined ? item : inheritValue(item, entry.tree);
  });
  return { ...parent, items };
}

/** A map without one key, given by its path. */
export function withoutKey(tree: MapTree, [key, ...rest]: readonly string[]): MapTree {
  const entry = key === undefined ? undefined : tree.entries.get(key);
  if (key === undefined || entry === undefined) return tree;
  const entries = new Map(tree.entries);
  if (rest.length === 0) entries.delete(key);
  else if (entry.tree.kind === 'map') entries.set(key, { ...entry, tree: withoutKey(entry.tree, rest) });
  return { ...tree, entries };
}

/** Combines two sets of overrides: the later one takes precedence for the same key, and all other keys are kept. */
export function collect(earlier: MapTree, later: MapTree): MapTree {
  const entries = new Map(earlier.entries);
  for (const [key, entry] of later.entries) {
    const before = entries.get(key);
    entries.set(key, before === undefined ? entry : { tree: collectValue(before.tree, entry.tree), position: entry.position });
  }
  return { kind: 'map', entries, position: later.position };
}

function collectValue(earlier: Tree, later: Tree): Tree {
  return earlier.kind === 'map' && later.kind === 'map' ? collect(earlier, later) : later;
}

function changesType(parent: MapTree, child: MapTree): boolean {
  const [before, after] = [parent.entries.get('type')?.tree, child.entries.get('type')?.tree];
  return before?.kind === 'scalar' && after?.kind === 'scalar' && before.value !== after.value;
}

const hasSize = (section: Entry | undefined) => section?.tree.kind === 'map' && section.tree.entries.has('size');

function isEmpty(entry: Entry): boolean {
  return entry.tree.kind === 'scalar' && entry.tree.value === null;
}
