import { fromValue } from './from-value.js';
import { resolveTree } from './resolve.js';
import { find, type MapTree } from './tree.js';
import type { ResolvedConfig } from './types.js';

/** Returns the sections that a config takes from its starting model, as plain values. `path` is that of the model. */
export type ModelSections = (path: string) => Readonly<Record<SectionName, unknown>>;

type SectionName = 'model' | 'tokenizer';

/**
 * Adds the sections `model` and `tokenizer` of the model in `training.from` to a config that lacks them. A section that exists is not
 * changed: its absent keys have their defaults.
 */
export function withModelSections(tree: MapTree, sectionsOf: ModelSections): MapTree {
  const path = find(tree, ['training', 'from', 'path']);
  const missing = (['model', 'tokenizer'] as const).filter((name) => !tree.entries.has(name));
  if (path?.kind !== 'scalar' || typeof path.value !== 'string' || missing.length === 0) return tree;
  const sections = sectionsOf(path.value);
  const { position } = path;
  const source = { name: path.value, order: position.source.order };
  const taken = missing.map((name) => [name, { tree: fromValue(sections[name], source), position }] as const);
  return { ...tree, entries: new Map([...tree.entries, ...taken]) };
}

/** The resolved config of a plain value, with the sections of its starting model. Paths are unchanged. */
export function resolveConfigWithModel(value: unknown, sectionsOf: ModelSections): ResolvedConfig {
  const tree = fromValue(value, { name: 'config', order: 0 });
  return resolveTree(tree.kind === 'map' ? withModelSections(tree, sectionsOf) : tree);
}
