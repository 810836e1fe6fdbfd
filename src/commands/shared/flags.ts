import { dirname } from 'node:path';
import { nearest } from '../../config/nearest.js';
import { expandHome } from '../../files/home-folder.js';
import { isFolder } from '../../files/regular-file.js';
import { describeRange, isWithin, type NumberRange } from '../../foundation/arguments.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafe } from '../../foundation/terminal-safe.js';
import { type UnknownPolicy, unknownPolicies } from '../../text/tokenizers/unknown-characters.js';

/* The kinds of flags with one value, for yargs. Each is a string to yargs, so that messages can repeat the value as it was typed. */

export const textFlag = { string: true, nargs: 1 } as const;

/** A number, marked so in the help. yargs keeps it a string, because `string` takes precedence; `numberFlag` checks and converts it. */
export const numericFlag: typeof textFlag = { ...textFlag, ...{ number: true } };

/** `~` at the beginning of a path is replaced by the home folder. */
export const pathFlag = { ...textFlag, coerce: expandHomes<string> } as const;
export const pathArgument = { type: 'string', coerce: positional<string> } as const;
export const pathsArgument = { type: 'string', array: true, coerce: positional<string[]> } as const;
/** Words that are not paths. */
export const wordsArgument = { type: 'string', array: true, coerce: withDash<string[]> } as const;

function positional<T>(given: T): T {
  return expandHomes(withDash(given));
}

/** yargs turns a positional `-`, which means standard input where a path is expected, into an empty text, and drops it from a list. */
function withDash<T>(given: T): T {
  const dash = process.argv.indexOf('-');
  if (dash < 0) return given;
  if (!Array.isArray(given)) return given === '' ? ('-' as T) : given;
  const before = given.filter((path) => process.argv.indexOf(path) < dash).length;
  return given.toSpliced(before, 0, '-') as T;
}

/** A flag that was given twice is a list, which `checkArguments` refuses. */
function expandHomes<T>(given: T): T {
  if (Array.isArray(given)) return given.map(expandHomes) as T;
  return (typeof given === 'string' ? expandHome(given) : given) as T;
}

/** The allowed values of a flag. */
export interface FlagRange extends NumberRange {
  /** As a person types it: `--top-k`. */
  readonly flag: string;
}

/**
 * The number that was typed for a flag. Flags are declared as text, because yargs would turn anything else into NaN, which the message
 * could not repeat.
 *
 * @throws UserError usage naming the flag, the text and what is allowed
 */
export function numberFlag(text: string, range: FlagRange): number {
  const plain = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  const value = Number(text);
  if (plain && isWithin(value, range)) return value;
  throw new UserError('usage', `${range.flag} ${shown(text)}: ${describeRange(range, value)} is expected`);
}

/** An optional flag: undefined when it was not given. */
export function optionalNumberFlag(text: string | undefined, range: FlagRange): number | undefined {
  return text === undefined ? undefined : numberFlag(text, range);
}

function shown(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return text === '' ? '(empty)' : terminalSafe(short.replace(/[\n\t]/g, ' '));
}

/** `--no-color`, which all commands have. */
export const colourFlag = {
  'no-color': { boolean: true, default: false, global: true, describe: 'Use no colours, as with NO_COLOR=1' },
} as const;

/** The environment alone decides about colour (ui/colours.ts), also in libraries, so the flag changes the environment. */
export function applyColourFlag({ 'no-color': noColour }: Readonly<Record<string, unknown>>): void {
  if (noColour !== true) return;
  process.env.NO_COLOR = '1';
  delete process.env.FORCE_COLOR;
}

/** The flag for texts with characters that the model's vocabulary lacks. */
export const unknownFlag = {
  ...textFlag,
  describe:
    'Characters that the model does not know: refuse the text, skip them, or replace them by the nearest known ones. Default refuse, or <unk> where the model has it',
} as const;

/** @throws UserError usage for another word */
export const unknownPolicy = (typed: string | undefined): UnknownPolicy | undefined =>
  typed === undefined ? undefined : oneOf(unknownPolicies, typed, '--unknown');

/** The argument of every command that works on a model. */
export const modelArgument = {
  ...pathArgument,
  demandOption: true,
  describe: 'Model file, checkpoint, or run directory (its best model)',
} as const;

/** The argument of commands that also accept exported files. */
export const computedModelArgument = {
  ...modelArgument,
  describe: 'Model file, checkpoint, run directory (its best model), or .onnx file from export',
} as const;

/**
 * Checks, before any work is done, that a file can be written at the path of a flag.
 *
 * @throws UserError usage when its folder is missing, or the path is a folder
 */
export function checkFilePlace(flag: string, place: string): void {
  const folder = dirname(place);
  if (!isFolder(folder)) throw new UserError('usage', `${flag} ${place}: there is no folder ${folder}`);
  if (isFolder(place)) throw new UserError('usage', `${flag} ${place} is a folder; give the name of a file`);
}

/** @throws UserError usage naming flag, word and what is allowed */
export function oneOf<const T extends string>(allowed: readonly T[], word: string, flag: string): T {
  const chosen = allowed.find((name) => name === word);
  if (chosen !== undefined) return chosen;
  const meant = nearest(word, allowed);
  const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw new UserError('usage', `${flag} ${shown(word)}${guess}: allowed are ${allowed.join(', ')}`);
}
