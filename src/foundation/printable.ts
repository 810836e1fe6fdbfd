/**
 * Makes text from a file or a flag safe for one line of a message: control characters, direction-changing characters and line ends are
 * shown as escapes, and text after `limit` characters is cut. Files are not trusted, and an error message must not control the terminal.
 * `terminalSafe` is for whole texts and keeps line ends.
 */
export function printable(text: string, limit = 200): string {
  const safe = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code === 9 ? '\\t' : code === 10 ? '\\n' : escaped(character);
  });
  return safe.length > limit ? `${safe.slice(0, limit)}…` : safe;
}

/** A name from a file, quoted for a message: at most 80 characters. Of all white space, only the space is not escaped. */
export function quotedName(name: string): string {
  const short = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return `"${short.replace(/[\p{C}\p{Z}"\\]/gu, (character) => (character === ' ' ? ' ' : escaped(character)))}"`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
