import { nearest } from '../../config/nearest.js';
import { configError } from '../../config/problems.js';
import { readSource } from '../../config/read-source.js';
import type { Entry, Position, Tree } from '../../config/tree.js';
import { parseYaml } from '../../config/yaml-tree.js';
import { mappedModules, type NameMap } from '../../import/match-names.js';

const modules: readonly string[] = mappedModules;
const tensor = /^(?:encoder\.weight|decoder\.(?:weight|bias)|rnn\.(?:weight|bias)_(?:ih|hh)_l\d{1,4})$/;

/**
 * Reads a map of names (YAML or JSON): `rnn: model.lstm` for a module, `decoder.weight: head.w` for a tensor, and `ignore`, a list of
 * tensors that do not belong to the model.
 *
 * @throws UserError `usage` with file, line and column
 */
export function readNameMap(path: string): NameMap {
  const source = { name: path, order: 0 };
  const tree = parseYaml(
    readSource(path, source, (text) => wrong({ source }, '', text)),
    source,
  );
  if (tree?.kind !== 'map')
    throw wrong({ source }, '', 'is not a map from Textloom names to names in the file, such as "rnn: model.lstm"');
  const names = new Map<string, string>();
  let ignore: string[] = [];
  for (const [key, entry] of tree.entries) {
    if (key === 'ignore') ignore = namesIn(entry.tree);
    else names.set(checkedKey(key, entry), nameOf(entry.tree, key));
  }
  return { names, ignore };
}

function checkedKey(key: string, { position }: Entry): string {
  if (modules.includes(key) || tensor.test(key)) return key;
  const meant = nearest(key, [...modules, 'ignore', 'encoder.weight', 'decoder.weight', 'decoder.bias', 'rnn.weight_ih_l0']);
  const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw wrong(
    position,
    key,
    `is not a Textloom name${guess}; allowed: ${modules.join(', ')}, parameters such as rnn.weight_ih_l0, and ignore`,
  );
}

function namesIn(list: Tree): string[] {
  if (list.kind !== 'list') throw wrong(list.position, 'ignore', 'is not a list of names');
  return list.items.map((item) => nameOf(item, 'ignore'));
}

function nameOf(tree: Tree, key: string): string {
  if (tree.kind === 'scalar' && typeof tree.value === 'string' && tree.value !== '') return tree.value;
  throw wrong(tree.position, key, 'is not the name of a tensor or module in the file (in quotes if it looks like a number)');
}

const wrong = (position: Position, path: string, text: string) => configError([{ position, path, text }]);
