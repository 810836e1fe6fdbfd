/**
 * A path as a shell takes it back: in quotes when it holds more than the usual characters, and in those of bash, zsh and ksh that have
 * escapes when it holds some that are not shown.
 */
export function shellWord(text: string): string {
  if (unseen.test(text)) return `$'${text.replace(/[\\']/g, '\\$&').replace(new RegExp(unseen, 'gu'), escaped)}'`;
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Controls, formats, halves of surrogate pairs, and separators of lines and paragraphs. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}
