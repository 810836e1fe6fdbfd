import { UserError } from '../../foundation/errors.js';

/** A pattern read character by character (code points). */
export interface PatternReader {
  /** How many characters have been taken. */
  readonly position: number;
  peek(): string | undefined;
  take(): string | undefined;
  /** Takes the character if it is the next. */
  skip(character: string): boolean;
  /** Takes all up to and with the character; undefined, and nothing, where it does not come. */
  takeUntil(character: string): string | undefined;
  /** The character taken last. */
  previous(): string | undefined;
  /** The escapes of Unicode properties that have come so far. */
  readonly properties: Set<string>;
  /** @param position of what is wrong, counted from 0; by default where the reader is. */
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
