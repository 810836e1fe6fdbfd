/** Where a part of a config was written: a file, a `--set` flag, or a value handed over by a program. */
export interface Source {
  /** As it stands in messages: a path, `--set a.b=c`, `config`. */
  name: string;
  /** What relative paths are relative to; undefined leaves them as they are. */
  directory?: string;
  /** A flag has one line, and its name says which: columns within its value would only puzzle. */
  isFlag?: boolean;
  /** Later sources override earlier ones, and come later in error messages. */
  order: number;
}

/** A place in a source; line and column, counted from 1, only where there is text. */
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
  /** A Map and not an object, so that no key means anything to JavaScript. */
  entries: Map<string, Entry>;
  position: Position;
}

export interface Entry {
  tree: Tree;
  /** Where the key stands; `tree.position` is where its value does. */
  position: Position;
}

/** A config with the place of every key and value, which survives merging: an error can always say where it comes from. */
export type Tree = ScalarTree | ListTree | MapTree;

/** Deeper or larger than any config has reason to be; what comes from a file is not trusted to end. */
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

/** The place to name for a path: that of its value; of its key, where asked; or of the innermost map around it that exists. */
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
