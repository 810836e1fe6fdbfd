/**
 * A path as one word of a shell command: quoted when it contains unusual characters, and in the form $'...' of bash, zsh and ksh when it
 * contains characters that are not visible.
 */
export function shellWord(text: string): string {
  if (unseen.test(text)) return `$'${text.replace(/[\\']/g, '\\$&').replace(new RegExp(unseen, 'gu'), escaped)}'`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Control and format characters, lone surrogates, and line and paragraph separators. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
