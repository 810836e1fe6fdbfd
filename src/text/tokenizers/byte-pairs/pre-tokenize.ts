import { type CharacterClass, rangesOf } from '../../unicode/character-classes.js';

/** What a character is to the pre-tokenizer. */
const OTHER = 0;
const SPACE = 1;
const LETTER = 2;
const NUMBER = 3;

/**
 * Cuts a text into the pieces that byte pairs are merged within, and visits them in order. Nothing is left out. They are the
 * matches of GPT-2's regular expression (Radford et al. 2019):
 *
 *     /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu
 *
 * that is, runs of letters, of numbers and of other characters, each with the space before it; English contractions; and white
 * space, of which the last character before anything else is a piece of its own. Letters (L), numbers (N) and white space
 * (White_Space) are those of the project's own tables, as in Hugging Face's Rust library: JavaScript's `\s` has U+FEFF and lacks
 * U+0085. The expression is written out, because a regular expression runs out of stack in a run of some millions of characters.
 *
 * @param visit gets the start and end of a piece in `text`.
 * @param from first UTF-16 unit to look at; the text is taken to begin there.
 * @param to end of what is looked at; the text is taken to end there.
 */
export function forEachPiece(text: string, visit: (start: number, end: number) => void, from = 0, to = text.length): void {
  for (let start = from, end = from; start < to; start = end) {
    end = endOfPiece(text, start, to);
    visit(start, end);
  }
}

/**
 * The last index in a text that goes on at which a piece is sure to begin, whatever comes before or after; at most `limit`, and 0
 * when there is none. That is where white space follows something else, and where the kind of character changes, but not from
 * other characters to letters, for the apostrophe of a contraction is one.
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

/** End of the letters after an apostrophe that make a contraction with it, or 0. */
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
