/** The origin of a part of a config: a file, a `--set` flag, or a value from a program. */
export interface Source {
  /** The name in messages: a path, `--set a.b=c`, `config`. */
  name: string;
  /** The folder to which relative paths are relative; undefined leaves them unchanged. */
  directory?: string;
  /** Whether it is a flag, whose name identifies it in messages; columns within its value would not help. */
  isFlag?: boolean;
  /** Later sources override earlier ones, and their problems are reported later. */
  order: number;
}

/** A position in a source; line and column, counted from 1, only where there is text. */
export interface Position {
  source: Source;
  line?: number;
  column?: number;
}

export type Scalar = string | number | boolean | null;

export interface ScalarTree {
  kind: 'scalar';
  value: Scalar;
  position: Position;
}

export interface ListTree {
  kind: 'list';
  items: Tree[];
  position: Position;
}

export interface MapTree {
  kind: 'map';
  /** A Map, not an object, so that no key has a meaning in JavaScript. */
  entries: Map<string, Entry>;
  position: Position;
}

export interface Entry {
  tree: Tree;
  /** The position of the key; that of the value is `tree.position`. */
  position: Position;
}

/** A config with the position of every key and value. Positions are kept through merging, so that every error can name its origin. */
export type Tree = ScalarTree | ListTree | MapTree;

/** Limits beyond any real config: input from files is not trusted. */
export const maximumDepth = 32;
export const maximumNodes = 10_000;

/** The plain value of a tree. */
export function toValue(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toValue);
  return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, toValue(entry.tree)]));
}

/** The tree that a path leads to, or undefined. */
export function find(tree: Tree, path: readonly PropertyKey[]): Tree | undefined {
  let here: Tree | undefined = tree;
  for (const key of path)
    here =
      here?.kind === 'map' ? here.entries.get(String(key))?.tree : here?.kind === 'list' ? here.items[Number(key)] : undefined;
  return here;
}

/**
 * The position for a path: that of its value; that of its key for `key`; or, if it does not exist, that of the innermost existing map
 * around it.
 */
export function locate(tree: Tree, path: readonly PropertyKey[], of: 'value' | 'key' = 'value'): Position {
  let position = tree.position;
  let here: Tree | undefined = tree;
  for (const [depth, key] of path.entries()) {
    if (here.kind !== 'map') return here.position;
    const entry: Entry | undefined = here.entries.get(String(key));
    if (entry === undefined) return position;
    const last = depth === path.length - 1;
    position = last && of === 'value' ? entry.tree.position : entry.position;
    here = entry.tree;
  }
  return position;
}
