/** Characters are Unicode code points here: a surrogate pair counts once, is never split, and sorts by its code point. */

const isLeadSurrogate = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;

/** Number of characters in `text` between two UTF-16 indices, each at a character's start. */
export function countCodePoints(text: string, from = 0, to = text.length): number {
  let count = 0;
  for (let i = from; i < to; i++, count++) {
    if (isLeadSurrogate(text.charCodeAt(i))) i++;
  }
  return count;
}

/** The UTF-16 index `count` characters after the start of `text`. */
export function indexOfCodePoint(text: string, count: number): number {
  let index = 0;
  for (let passed = 0; passed < count && index < text.length; passed++) {
    index += isLeadSurrogate(text.charCodeAt(index)) ? 2 : 1;
  }
  return index;
}

/** Orders strings by code point; JavaScript's own order is by UTF-16 unit and puts U+1F600 before U+FF01. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}

/**
 * A token for a message: quoted, at most 32 characters, with control, formatting and unusual space characters escaped so that it cannot
 * control the terminal, and with its code point if it is one character outside printable ASCII.
 */
export function quoteToken(token: string): string {
  const end = indexOfCodePoint(token, 32);
  const shown = JSON.stringify(token.slice(0, end) + (end < token.length ? '…' : '')).replace(
    /(?! )[\p{C}\p{Z}]/gu,
    (character) => `\\u{${hex(character)}}`,
  );
  const single = countCodePoints(token) === 1 && !/^[!-~]$/.test(token);
  return single ? `${shown} (U+${hex(token).toUpperCase().padStart(4, '0')})` : shown;
}

const hex = (character: string) => character.codePointAt(0)!.toString(16);
