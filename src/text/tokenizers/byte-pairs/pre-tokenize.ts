import { type CharacterClass, rangesOf } from '../../unicode/character-classes.js';

/** Kinds of characters for the pre-tokenizer. */
const OTHER = 0;
const SPACE = 1;
const LETTER = 2;
const NUMBER = 3;

/**
 * Divides a text into the pieces within which byte pairs are merged, and visits them in order. Together they are the whole text. They are
 * the matches of GPT-2's regular expression (Radford et al. 2019):
 *
 *     /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu
 *
 * that is, runs of letters, of numbers and of other characters, each with the space before it; English contractions; and white space, of
 * which the last character before anything else is a separate piece. Letters (L), numbers (N) and white space (White_Space) are those of
 * the project's own tables, as in Hugging Face's Rust library: JavaScript's `\s` includes U+FEFF and lacks U+0085. The expression is
 * implemented as a loop, because a regular expression overflows its stack in a run of some millions of characters.
 *
 * @param visit gets the start and end of a piece in `text`
 * @param from the first UTF-16 unit; the text is assumed to begin there
 * @param to the end; the text is assumed to end there
 */
export function forEachPiece(text: string, visit: (start: number, end: number) => void, from = 0, to = text.length): void {
  for (let start = from, end = from; start < to; start = end) {
    end = endOfPiece(text, start, to);
    visit(start, end);
  }
}

/**
 * The last index, at most `limit`, at which a piece certainly begins, whatever comes before the text or after it; 0 when there is none. A
 * piece begins where white space follows something else, and where the kind of character changes, except from other characters to letters,
 * because the apostrophe of a contraction is one of the others.
 */
export function lastPieceStart(text: string, limit = text.length - 1): number {
  for (let i = Math.min(limit, text.length - 1); i > 0; i--) {
    if (isTrailSurrogate(text.charCodeAt(i))) continue;
    const before = kindAt(text, isTrailSurrogate(text.charCodeAt(i - 1)) && i > 1 ? i - 2 : i - 1);
    const here = kindAt(text, i);
    if (before !== SPACE && here !== before && !(before === OTHER && here === LETTER)) return i;
  }
  return 0;
}

const isTrailSurrogate = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

function endOfPiece(text: string, start: number, to: number): number {
  const first = text.charCodeAt(start);
  if (first === 0x27) {
    const end = endOfContraction(text, start + 1, to);
    if (end > 0) return end;
  }
  const kind = kindAt(text, start);
  if (kind !== SPACE) return endOfRun(text, start, to, kind);
  if (first === 0x20 && start + 1 < to) {
    const next = kindAt(text, start + 1);
    if (next !== SPACE) return endOfRun(text, start + 1, to, next);
  }
  const end = endOfRun(text, start, to, SPACE);
  return end < to && end > start + 1 ? end - 1 : end;
}

/** The end of the letters that form a contraction with an apostrophe, or 0. */
function endOfContraction(text: string, start: number, to: number): number {
  if (start < to && 'stmd'.includes(text[start]!)) return start + 1;
  const two = start + 2 <= to ? text.slice(start, start + 2) : '';
  return two === 're' || two === 've' || two === 'll' ? start + 2 : 0;
}

function endOfRun(text: string, start: number, to: number, kind: number): number {
  let end = start;
  while (end < to && kindAt(text, end) === kind) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  return end;
}

/** Kinds by code point. */
const kinds = new Uint8Array(0x110000);
fill('White_Space', SPACE);
fill('L', LETTER);
fill('N', NUMBER);

function fill(name: CharacterClass, kind: number): void {
  for (const [first, last] of rangesOf(name)) kinds.fill(kind, first, last + 1);
}

const kindAt = (text: string, index: number): number => kinds[text.codePointAt(index)!]!;
