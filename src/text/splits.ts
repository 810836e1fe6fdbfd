import { UserError } from '../errors.js';
import { countCodePoints, indexOfCodePoint } from './code-points.js';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** Where the text of a split came from: characters (Unicode code points) `start` to `end` of the file, `end` excluded. */
export interface Origin {
  file: string;
  start: number;
  end: number;
}

/** An origin for a message: `fables.txt, characters 0 to 900`. */
export const describeOrigin = ({ file, start, end }: Origin) => `${file}, characters ${start} to ${end}`;

/** The decoded text of each split; no character is in two of them. */
export interface Corpus {
  train: string;
  validation?: string;
  test?: string;
  origins: { train: Origin; validation?: Origin; test?: Origin };
}

/** Shares of one file, in this order; they sum to 1. A share of 0 is the same as none. */
export interface SplitFractions {
  train: number;
  validation?: number | undefined;
  test?: number | undefined;
}

/** Where a cut may fall: before any character, at the start of a line, or at the start of a document (after blank lines). */
export type SplitBoundary = 'character' | 'line' | 'document';

/**
 * Cuts one text into contiguous splits that cover all of it.
 *
 * A cut is at floor(n * fraction) of the text's n Unicode characters; for 'line' and 'document' it moves forward from there to
 * the next such boundary, if it is not on one. A line ends in '\n'; a blank line holds nothing but spaces, tabs and '\r'.
 *
 * @param file names the text in errors and origins.
 * @throws UserError 'usage' when the fractions are not shares of 1; 'data' when a split that was asked for comes out empty.
 */
export function splitText(text: string, fractions: SplitFractions, boundary: SplitBoundary, file: string): Corpus {
  checkFractions(fractions);
  const wanted = splitNames.filter((name) => (fractions[name] ?? 0) > 0);
  const characters = countCodePoints(text);
  const corpus: Partial<Corpus> = {};
  const origins: Partial<Corpus['origins']> = {};
  let share = 0;
  let from = 0;
  let start = 0;
  for (const name of wanted) {
    share += fractions[name] ?? 0;
    // 0.7 + 0.2 is a little under 0.9: the small addend keeps floor from losing a character to that.
    const cut = indexOfCodePoint(text, Math.floor(characters * share + 1e-6));
    const to = name === wanted.at(-1) ? text.length : Math.max(from, nextBoundary(text, cut, boundary));
    if (to === from) throw emptySplit(name, boundary, file, characters);
    const end = start + countCodePoints(text, from, to);
    corpus[name] = text.slice(from, to);
    origins[name] = { file, start, end };
    from = to;
    start = end;
  }
  return { ...corpus, origins } as Corpus;
}

/** First index at or after `cut` where a split may begin; the text's length when there is none. */
function nextBoundary(text: string, cut: number, boundary: SplitBoundary): number {
  if (boundary === 'character' || cut === 0) return cut;
  let start = afterLine(text, cut - 1);
  if (boundary === 'line') return start;
  let afterBlank = isBlank(text, text.lastIndexOf('\n', start - 2) + 1, start);
  while (start < text.length) {
    const next = afterLine(text, start);
    const blank = isBlank(text, start, next);
    if (afterBlank && !blank) return start;
    afterBlank = blank;
    start = next;
  }
  return text.length;
}

/** Start of the line that follows the one with the character at `index`. */
function afterLine(text: string, index: number): number {
  const end = text.indexOf('\n', index);
  return end < 0 ? text.length : end + 1;
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    if (!' \t\r\n'.includes(text[i])) return false;
  }
  return true;
}

function checkFractions(fractions: SplitFractions): void {
  const shares = splitNames.map((name) => fractions[name] ?? 0);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.every((share) => share >= 0) && fractions.train > 0 && Math.abs(sum - 1) < 1e-9) return;
  const found = splitNames.map((name, i) => `${name} ${shares[i]}`).join(', ');
  throw new UserError('usage', `corpus.split: ${found}. The fractions must be at least 0, train above 0, and sum to 1.`);
}

function emptySplit(name: SplitName, boundary: SplitBoundary, file: string, characters: number): UserError {
  const reason = boundary === 'character' ? '' : ` when cut at ${boundary === 'line' ? 'line ends' : 'blank lines'}`;
  const remedy = boundary === 'character' ? '' : `, corpus.boundary: ${boundary === 'line' ? 'character' : 'line'}`;
  return new UserError(
    'data',
    `${file}: the ${name} split is empty${reason} (the file has ${characters} characters). ` +
      `Use a larger corpus.split.${name}${remedy}, or more text.`,
  );
}
