import { UserError } from '../foundation/errors.js';
import { printable } from '../foundation/printable.js';
import { toValue } from './tree.js';
import { parseYaml } from './yaml-tree.js';

/** A key of the config and the values that it takes one after another. */
export interface Sweep {
  /** `training.optimizer.learningRate`. */
  readonly key: string;
  /** Each as JSON, which is YAML too. */
  readonly values: readonly string[];
}

/**
 * A flag `--sweep key=a,b,c`. The values are YAML: numbers, words, lists and maps as in `--set`.
 * @throws UserError usage naming the flag
 */
export function parseSweep(flag: string): Sweep {
  const name = `--sweep ${printable(flag, 80)}`;
  const [, key, text] = /^\s*(\w+(?:\.\w+)*)\s*=(.*)$/s.exec(flag) ?? [];
  if (key === undefined || text === undefined || text.trim() === '')
    throw new UserError(
      'usage',
      `${name}: write a key and its values, as in --sweep training.optimizer.learningRate=0.001,0.003,0.01`,
    );
  const values = valuesOf(text, name).map((value) => JSON.stringify(value));
  const repeated = values.find((value, i) => values.indexOf(value) < i);
  if (repeated !== undefined) throw new UserError('usage', `${name}: the value ${printable(repeated, 60)} is given twice`);
  return { key, values };
}

function valuesOf(text: string, name: string): unknown[] {
  try {
    const tree = parseYaml(`[${text}]`, { name, order: 0, isFlag: true });
    const values = tree === undefined ? [] : toValue(tree);
    if (Array.isArray(values) && values.length > 0) return values;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  throw new UserError(
    'usage',
    `${name}: the values are not YAML; put text with special characters in quotes: 'a.b="...","..."'`,
  );
}
