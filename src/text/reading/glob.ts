import { UserError } from '../../foundation/errors.js';

/** The most alternatives to which the braces of one pattern may expand. */
const MAXIMUM_ALTERNATIVES = 1000;

/** Whether a path has a character with a special meaning in patterns. */
export const isGlob = (path: string) => /[*?[{]/.test(path);

/** The folder of a pattern's files: the part before the first name with such a character; '.' when there is none. */
export function globFolder(pattern: string): string {
  const names = pattern.split('/');
  const first = names.findIndex(isGlob);
  const folder = names.slice(0, first).join('/');
  return folder === '' ? (pattern.startsWith('/') ? '/' : '.') : folder;
}

/**
 * Returns a function that tests whether a path (with '/' between names) matches a pattern: `*` is any part of a name, `**` as a whole name
 * any number of folders, `?` one character, `[abc]`, `[a-z]` and `[!abc]` one character of a set or of its complement, `{a,b}`
 * alternatives. A bracket that is not closed is a literal character.
 *
 * @throws UserError 'usage' when braces expand to more than a thousand patterns
 */
export function globMatcher(pattern: string): (path: string) => boolean {
  const expressions = expandBraces(pattern, pattern).map((plain) => new RegExp(`^${expressionOf(plain)}$`, 'su'));
  return (path) => expressions.some((expression) => expression.test(path));
}

/** Expands the braces of a pattern. */
function expandBraces(pattern: string, whole: string): string[] {
  const start = pattern.indexOf('{');
  const parts = start < 0 ? undefined : alternatives(pattern, start);
  if (parts === undefined) return [pattern];
  const { options, end } = parts;
  const expanded = options.flatMap((option) => expandBraces(pattern.slice(0, start) + option + pattern.slice(end), whole));
  if (expanded.length <= MAXIMUM_ALTERNATIVES) return expanded;
  throw new UserError('usage', `${whole}: its braces stand for more than ${MAXIMUM_ALTERNATIVES} patterns; write fewer`);
}

/** The texts between the commas of the braces that open at `start`, and the index after them; undefined when they do not close. */
function alternatives(pattern: string, start: number): { options: string[]; end: number } | undefined {
  const options: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let i = start; i < pattern.length; i++) {
    const character = pattern[i]!;
    if (character === '{') depth++;
    if (depth === 1 && (character === ',' || character === '}')) {
      options.push(pattern.slice(from, i));
      from = i + 1;
    }
    if (character === '}' && --depth === 0) return { options, end: i + 1 };
  }
  return undefined;
}

function expressionOf(pattern: string): string {
  let expression = '';
  for (let i = 0; i < pattern.length; ) {
    const rest = pattern.slice(i);
    const folders = i === 0 || pattern[i - 1] === '/' ? /^\*\*\/|^\*\*$/.exec(rest) : null;
    const set = /^\[(!?)(\]?[^\]/]*)\]/.exec(rest);
    if (folders) {
      expression += folders[0] === '**' ? '.*' : '(?:[^/]+/)*';
      i += folders[0].length;
    } else if (set && set[2] !== '') {
      expression += `[${set[1] === '' ? '' : '^/'}${escapedSet(set[2]!)}]`;
      i += set[0].length;
    } else {
      const character = String.fromCodePoint(pattern.codePointAt(i)!);
      expression += character === '*' ? '[^/]*' : character === '?' ? '[^/]' : escaped(character);
      i += character.length;
    }
  }
  return expression;
}

const escaped = (character: string) => character.replace(/[\^$\\.*+?()[\]{}|/]/, '\\$&');

/** A hyphen between two characters in ascending order is a range; everything else is literal. */
function escapedSet(set: string): string {
  const characters = Array.from(set);
  let expression = '';
  for (let i = 0; i < characters.length; i++) {
    const [from, dash, to] = characters.slice(i, i + 3) as [string, string?, string?];
    const isRange = dash === '-' && to !== undefined && from.codePointAt(0)! <= to.codePointAt(0)!;
    expression += isRange ? `${setMember(from)}-${setMember(to)}` : setMember(from);
    if (isRange) i += 2;
  }
  return expression;
}

const setMember = (character: string) => character.replace(/[\^$\\.*+?()[\]{}|/-]/, '\\$&');
