import { expandHome } from '../home-folder.js';

/*
 * The kinds of flags that take one value, for yargs. Each is a string to yargs: a value keeps the spelling that messages repeat.
 */

export const textFlag = { string: true, nargs: 1 } as const;

/** A number, so marked in the help. yargs leaves it a string, since `string` wins; `numberFlag` checks and converts it. */
export const numericFlag: typeof textFlag = { ...textFlag, ...{ number: true } };

/** Paths begin with the home folder in place of `~`. */
export const pathFlag = { ...textFlag, coerce: expandHomes<string> } as const;
export const pathArgument = { type: 'string', coerce: positional<string> } as const;
export const pathsArgument = { type: 'string', array: true, coerce: positional<string[]> } as const;

/** Of a positional `-`, which stands for standard input, yargs makes an empty text, and in a list nothing at all. */
function positional<T>(given: T): T {
  const dash = process.argv.indexOf('-');
  if (dash < 0) return expandHomes(given);
  if (!Array.isArray(given)) return given === '' ? ('-' as T) : expandHomes(given);
  const before = given.filter((path) => process.argv.indexOf(path) < dash).length;
  return expandHomes(given.toSpliced(before, 0, '-') as T);
}

/** A flag that was given twice comes as a list, which `checkArguments` refuses. */
function expandHomes<T>(given: T): T {
  if (Array.isArray(given)) return given.map(expandHomes) as T;
  return (typeof given === 'string' ? expandHome(given) : given) as T;
}
