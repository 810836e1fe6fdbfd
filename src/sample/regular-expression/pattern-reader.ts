import { UserError } from '../../foundation/errors.js';

/** Reads a pattern character by character (code points). */
export interface PatternReader {
  /** The number of characters read. */
  readonly position: number;
  peek(): string | undefined;
  take(): string | undefined;
  /** Reads the character if it is the next one, and returns whether it was. */
  skip(character: string): boolean;
  /** Reads up to and including the character; undefined, without reading, where it does not occur. */
  takeUntil(character: string): string | undefined;
  /** The character that was read last. */
  previous(): string | undefined;
  /** The escapes of Unicode properties so far. */
  readonly properties: Set<string>;
  /** @param position of the problem, counted from 0; by default the current one */
  error(trouble: string, position?: number): UserError;
}

export function createPatternReader(pattern: string): PatternReader {
  const characters = Array.from(pattern);
  let position = 0;
  return {
    get position() {
      return position;
    },
    peek: () => characters[position],
    take: () => characters[position++],
    skip(character) {
      const found = characters[position] === character;
      if (found) position++;
      return found;
    },
    takeUntil(character) {
      const end = characters.indexOf(character, position);
      if (end < 0) return undefined;
      const taken = characters.slice(position, end + 1).join('');
      position = end + 1;
      return taken;
    },
    properties: new Set(),
    previous: () => characters[position - 1],
    error: (trouble, at = position) =>
      new UserError('usage', `the regular expression cannot be used: character ${at + 1}: ${trouble}`),
  };
}
