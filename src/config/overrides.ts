import { UserError } from '../foundation/errors.js';
import { printable } from '../foundation/printable.js';
import { collect } from './merge.js';
import { withoutShorthands } from './shorthands.js';
import { type MapTree, maximumDepth, type Source, type Tree } from './tree.js';
import { parseYaml } from './yaml-tree.js';

/** Overrides by the flag that gave them. */
type OverridesByFlag = Readonly<Partial<Record<'--set' | '--sweep' | '--search', readonly string[]>>>;

/**
 * The tree of `--set a.b=c` flags, and of those of `--sweep` and `--search` with one value. Each value is YAML (`3`, `true`, `[a, b]`, `{type: adam}`); the last flag for a key takes precedence.
 * @param directory the folder to which paths are relative: where the command is run
 * @throws UserError usage, naming the flag
 */
export function parseOverrides(flags: OverridesByFlag, directory: string, order: number): MapTree | undefined {
  return Object.entries(flags)
    .flatMap(([name, texts]) => texts.map((text) => ({ name, text })))
    .map(({ name, text }, i) => parseOverride(name, text, { directory, order: order + i }))
    .reduce<MapTree | undefined>((before, tree) => (before === undefined ? tree : collect(before, tree)), undefined);
}

function parseOverride(name: string, flag: string, place: Pick<Source, 'directory' | 'order'>): MapTree {
  const source: Source = { name: `${name} ${printable(flag, 80)}`, ...place, isFlag: true };
  const refuse = (text: string) => new UserError('usage', `${source.name}: ${text}`);
  const equals = flag.indexOf('=');
  const keys = flag.slice(0, Math.max(equals, 0)).trim().split('.');
  const [first] = keys;
  if (first === undefined || keys.length > maximumDepth || keys.some((key) => !/^\w+$/.test(key))) {
    throw refuse('write a key and a value, as in --set training.optimizer.learningRate=0.001');
  }
  if (first === 'extends') throw refuse('extends is allowed only in a file');
  const value = flag.slice(equals + 1);
  if (value.length > 10_000) throw refuse('the value is too long');

  const position = { source };
  const under = (key: string, tree: Tree): MapTree => ({
    kind: 'map',
    entries: new Map([[key, { tree, position }]]),
    position,
  });
  return withoutShorthands(
    under(
      first,
      keys.slice(1).reduceRight<Tree>((tree, key) => under(key, tree), readValue(value, source)),
    ),
  );
}

function readValue(value: string, source: Source): Tree {
  try {
    return parseYaml(value, source) ?? { kind: 'scalar', value: null, position: { source } };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      'usage',
      `${error.message}\nThe value is read as YAML; put text with special characters in quotes: --set 'a.b="..."'`,
    );
  }
}
