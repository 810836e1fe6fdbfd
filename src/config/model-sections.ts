import { fromValue } from './from-value.js';
import { resolveTree } from './resolve.js';
import { find, type MapTree } from './tree.js';
import type { ResolvedConfig } from './types.js';

/** The sections that a config takes from the model that its training starts from, as plain values. `path` is that of the model. */
export type ModelSections = (path: string) => Readonly<Record<SectionName, unknown>>;

type SectionName = 'model' | 'tokenizer';

/**
 * A config with the sections `model` and `tokenizer` of the model that `training.from` names, where it does not have them itself. A section
 * that is there is not added to: what it leaves out has its default.
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

/** The resolved config of a plain value, with what it takes from the model that it starts from. Paths stay as they are. */
export function resolveConfigWithModel(value: unknown, sectionsOf: ModelSections): ResolvedConfig {
  const tree = fromValue(value, { name: 'config', order: 0 });
  return resolveTree(tree.kind === 'map' ? withModelSections(tree, sectionsOf) : tree);
}
