import type { Argv } from 'yargs';
import { nearest } from '../../config/nearest.js';
import { UserError } from '../../foundation/errors.js';

/** The error for a first word that is not a command, with the command that was probably meant. */
function unknownCommand(word: string, commands: readonly string[]): UserError {
  const meant = nearest(word, commands);
  const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  return new UserError('usage', `${quoted(word)} is not a command${guess}; commands: ${commands.join(', ')}`);
}

/**
 * The called command, as in messages: `train`, `corpus audit`; undefined when there is none.
 *
 * @param commands all commands
 * @param subcommands those of `corpus`
 * @throws UserError usage for a word that is not a command
 */
export function calledCommand(
  args: readonly string[],
  commands: readonly string[],
  subcommands: readonly string[],
): string | undefined {
  const at = args.findIndex((argument) => !argument.startsWith('-'));
  const word = args[at];
  if (word === undefined || !commands.includes(word)) checkGlobalFlags(args.slice(0, at < 0 ? args.length : at), commands);
  if (word === undefined) return undefined;
  if (!commands.includes(word)) throw unknownCommand(word, commands);
  const next = args[at + 1];
  if (word !== 'corpus' || next === undefined || next.startsWith('-')) return word;
  const called = `${word} ${next}`;
  if (subcommands.includes(next)) return called;
  throw unknownCommand(
    called,
    subcommands.map((subcommand) => `${word} ${subcommand}`),
  );
}

/** Flags that need no command. */
const globalFlags = ['--help', '-h', '--version', '-v', '--no-color'];

/** @throws UserError usage for a flag before any command that is not one of the flags without command */
function checkGlobalFlags(flags: readonly string[], commands: readonly string[]): void {
  const unknown = flags.find((argument) => /^--?[^-]/.test(argument) && !globalFlags.includes(argument));
  if (unknown === undefined) return;
  const name = unknown.replace(/^-+/, '').split('=')[0]!;
  const meant = nearest(unknown, globalFlags) ?? nearest(name, commands);
  const guess = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw new UserError(
    'usage',
    `${quoted(unknown)} is not a flag of textloom${guess}; the flags of a command come after it; see textloom --help`,
  );
}

/**
 * Explains yargs's complaint, with the flag as it was typed and the one that was probably meant.
 *
 * @param command the command that was chosen, if any
 * @param parsed yargs's result for the arguments
 * @param typed the arguments as they were typed
 */
export function explainUsage(
  message: string,
  command: string | undefined,
  parsed: Argv['parsed'],
  typed: readonly string[],
): UserError {
  const explained = inOurWords(message, command, parsed, typed);
  return new UserError('usage', `${explained}; see textloom ${command === undefined ? '' : `${command} `}--help`);
}

function inOurWords(message: string, command: string | undefined, parsed: Argv['parsed'], typed: readonly string[]): string {
  const about = (pattern: RegExp) => pattern.exec(message)?.slice(1);
  const [unknown] = about(/^Unknown arguments?: ([^,]+)/) ?? [];
  if (unknown !== undefined) return unknownArgument(unknown, parsed, typed);
  const [valueless] = about(/^Not enough arguments following: (.*)/) ?? [];
  if (valueless !== undefined) return `${flag(valueless)} needs a value`;
  const [missing] = about(/^Missing required arguments?: ([^,]+)/) ?? [];
  if (missing !== undefined) return `${flag(missing)} is missing`;
  const [one = '', other] = about(/^Arguments (.*) and (.*) are mutually exclusive/) ?? [];
  if (other !== undefined) return `${flag(one)} and ${flag(other)} exclude each other`;
  if (message.startsWith('Not enough non-option arguments')) return `${command} needs one more argument`;
  return message.trim();
}

function unknownArgument(name: string, parsed: Argv['parsed'], typed: readonly string[]): string {
  const asTyped = typed.find((argument) => argument.startsWith('-') && argument.replace(/^-+/, '').split('=')[0] === name);
  const known = knownFlags(parsed);
  // yargs reads -temperature as -t -e -m ...: a long flag with a missing hyphen.
  const group = typed.find((argument) => /^-[a-z]{2}/.test(argument) && known.includes(argument.slice(1).split('=')[0]!));
  if (asTyped === undefined && group !== undefined) return `${quoted(group)} has one hyphen; write -${group}`;
  if (asTyped === undefined && typed.includes(name)) return tooMany(name);
  const meant = nearest(name, known);
  return `${flag(name)} is not a flag${meant === undefined ? '' : ` (did you mean ${flag(meant)}?)`}`;
}

/** The flags that the command declares, without those that yargs adds for typed words. */
function knownFlags(parsed: Argv['parsed']): string[] {
  if (parsed === false) return [];
  return Object.keys(parsed.aliases).filter((name) => !Object.hasOwn(parsed.newAliases, name) && !/[A-Z]/.test(name));
}

function flag(name: string): string {
  return quoted(`-${name.length > 1 ? '-' : ''}${name}`);
}

/** A plain word unchanged; other text in quotes, with control characters spelled out. */
function quoted(text: string): string {
  return /^[\w.=/-]+$/.test(text)
    ? text
    : JSON.stringify(text).replace(/[\x7f-\x9f]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`);
}

function noFile(flag: string): UserError {
  return new UserError(
    'usage',
    `${flag === '' ? '' : `${flag} `}-: the path of a file is expected; standard input is read only as a prompt of sample, as the text of evaluate-perplexity, and by corpus audit. Write it to a file first`,
  );
}

/** Commands with a positional that may be `-`: standard input, or a word. */
const acceptsDash = new Set(['evaluate-perplexity', 'evaluate', 'neighbours']);

/** Flags and positionals that may be given more than once. */
const repeatable = new Set([
  'set',
  'sweep',
  'search',
  'filter',
  'stop',
  'prompt',
  'p',
  'sources',
  'words',
  'word',
  'dataset',
  'language',
  'configs',
  'runs',
  'models',
]);

/** Flags that name a file to read or write. */
const fileFlags = ['output', 'corpus', 'vocabulary', 'map', 'api-key-file', 'license-file'];

/**
 * Refuses arguments that yargs accepts and no command expects: a flag given twice, which becomes a list; words after `--`; a switch with a
 * value, which would count as off; and `-` for standard input where a file is required.
 *
 * @param typed the arguments as they were typed
 * @throws UserError usage naming the flag or word
 */
export function checkArguments({ _: words, ...flags }: Readonly<Record<string, unknown>>, typed: readonly string[]): void {
  for (const argument of typed) {
    const [, name, value] = /^--?([^=]+)=(.*)$/s.exec(argument) ?? [];
    if (name === undefined || typeof flags[name] !== 'boolean' || value === 'true' || value === 'false') continue;
    throw new UserError('usage', `${flag(name)} ${quoted(value!)}: no value is expected, or true or false`);
  }
  for (const name of fileFlags) if (flags[name] === '-') throw noFile(flag(name));
  const [command, ...rest] = words as (string | number)[];
  // yargs turns a word `-` into an empty text, or drops it.
  const takesValue = (before = '') => /^-[^=]+$/.test(before) && typeof flags[before.replace(/^-+/, '')] !== 'boolean';
  const accepted = acceptsDash.has(String(command)) || (command === 'corpus' && rest[0] === 'audit');
  if (!accepted && typed.some((argument, i) => argument === '-' && !takesValue(typed[i - 1]))) throw noFile('');
  const extra = rest[command === 'corpus' ? 1 : 0];
  if (extra !== undefined) throw new UserError('usage', tooMany(String(extra)));
  for (const [name, value] of Object.entries(flags)) {
    if (repeatable.has(name) || !Array.isArray(value)) continue;
    throw new UserError('usage', `${flag(name)} is given ${value.length} times; give it once`);
  }
}

function tooMany(word: string): string {
  return `${quoted(word)} is one argument too many`;
}
