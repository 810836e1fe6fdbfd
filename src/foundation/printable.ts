/**
 * Text from a file or a flag made fit for a line of a message: control and direction-changing characters and line ends are shown by
 * number, and what is longer than `limit` characters is cut. A file may come from anywhere, and an error message must not drive the
 * terminal. `terminalSafe` is for whole texts: it keeps their lines.
 */
export function printable(text: string, limit = 200): string {
  const safe = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code === 9 ? '\\t' : code === 10 ? '\\n' : escaped(character);
  });
  return safe.length > limit ? `${safe.slice(0, limit)}…` : safe;
}

/** A name out of a file, quoted for a message: at most 80 characters of it. Of blanks only the space is shown as it is. */
export function quotedName(name: string): string {
  const short = name.length > 80 ? `${name.slice(0, 80)}…` : name;
  return `"${short.replace(/[\p{C}\p{Z}"\\]/gu, (character) => (character === ' ' ? ' ' : escaped(character)))}"`;
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
