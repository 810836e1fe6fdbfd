import { tables } from './tables.js';

/** Classes of characters that determine where tokens begin and end. The scripts are those of Script_Extensions. */
export type CharacterClass = keyof typeof tables;

/**
 * The code points of a class as ranges, first and last included, in ascending order. They come from the project's own tables: the classes
 * of a regular expression change with the version of the JavaScript engine, and token ids must not.
 */
export function rangesOf(name: CharacterClass): [first: number, last: number][] {
  return tables[name].split(' ').map((range) => {
    const [first, last = first] = range.split('-').map((hex) => Number.parseInt(hex, 16));
    return [first!, last!];
  });
}

/** Returns the text for a class within the brackets of a regular expression. */
export type InBrackets = (name: CharacterClass) => string;

/** A class within the brackets of a JavaScript expression with the flag `u`. */
export const inBrackets: InBrackets = (name) => {
  const escaped = (code: number) => `\\u{${code.toString(16)}}`;
  const shown = rangesOf(name).map(([first, last]) => (first === last ? escaped(first) : `${escaped(first)}-${escaped(last)}`));
  return shown.join('');
};
