import { quoteToken } from './code-points.js';

/** Escapes of characters that cannot occur in a file with one token per line. */
const escapes: readonly (readonly [letter: string, character: string])[] = [
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['s', ' '],
  ['\\', '\\'],
];

const characterOf: ReadonlyMap<string, string> = new Map(escapes);
const letterOf: ReadonlyMap<string, string> = new Map(escapes.map(([letter, character]) => [character, letter]));

/** A token without white space and control characters: `\n`, `\r`, `\t`, `\s` (space), `\\`, and `\u{85}` for others by code point. */
export function escapeToken(token: string): string {
  return token.replace(/[\\\p{White_Space}\p{Cc}]/gu, (character) => {
    const letter = letterOf.get(character);
    return letter === undefined ? `\\u{${character.codePointAt(0)!.toString(16)}}` : `\\${letter}`;
  });
}

/**
 * The inverse of {@link escapeToken}. A single backslash is a backslash.
 * @param fail makes the error for an invalid escape
 */
export function unescapeToken(text: string, fail: (trouble: string) => Error): string {
  if (text === '\\') return text;
  return text.replace(
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|(.?))/gsu,
    (all: string, code: string | undefined, letter: string | undefined) => {
      const character = code === undefined ? characterOf.get(letter ?? '') : codePoint(Number.parseInt(code, 16));
      if (character === undefined)
        throw fail(`${quoteToken(all)} is no escape; there are \\n, \\r, \\t, \\s (space), \\\\ and \\u{…}`);
      return character;
    },
  );
}

/** Lone surrogates are not characters. */
function codePoint(code: number): string | undefined {
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : String.fromCodePoint(code);
}
