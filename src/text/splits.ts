import { UserError } from '../foundation/errors.js';

export type { SplitBoundary } from './boundaries.js';

import { type BoundaryScanner, blankLineScanner, documentScanner, lineScanner, type SplitBoundary } from './boundaries.js';
import { countCodePoints } from './code-points.js';
import type { CorpusText } from './corpus-text.js';

export const splitNames = ['train', 'validation', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** The origin of a split's text: characters (Unicode code points) `start` to `end` of the source, `end` excluded; or all of it. */
export interface Origin {
  /** A file, or a description of several. */
  file: string;
  start?: number;
  end?: number;
}

/** An origin for a message: `fables.txt, characters 0 to 900`. */
export const describeOrigin = ({ file, start, end }: Origin) =>
  start === undefined || end === undefined ? file : `${file}, characters ${start} to ${end}`;

/** Shares of one text, in this order; their sum is 1. A share of 0 means no split. */
export interface SplitFractions {
  train: number;
  validation?: number | undefined;
  test?: number | undefined;
}

/** A contiguous part of a text, in characters. */
export interface Span {
  split: SplitName;
  start: number;
  end: number;
}

/**
 * Divides one text into contiguous splits that cover all of it. The text is read once to count its n Unicode characters, and, unless the
 * boundary is 'character', once more to find the cuts.
 *
 * A cut is at floor(n * fraction). For 'line' and 'document' it moves forward to the next such boundary, unless it is on one. A document
 * begins after the text's separator; in a text without documents, after blank lines.
 *
 * @param documentWise whether no other boundary is possible
 * @throws UserError 'usage' when the fractions are not shares of 1; 'data' when a requested split is empty
 */
export async function findSplits(
  text: CorpusText,
  fractions: SplitFractions,
  boundary: SplitBoundary,
  documentWise = false,
): Promise<Span[]> {
  checkFractions(fractions);
  const wanted = splitNames.filter((name) => (fractions[name] ?? 0) > 0);
  const characters = await countCharacters(text);
  let share = 0;
  const targets = wanted.slice(0, -1).map((name) => {
    share += fractions[name] ?? 0;
    // 0.7 + 0.2 is slightly below 0.9: without the small addend, floor could lose a character.
    return Math.floor(characters * share + 1e-6);
  });
  const cuts =
    boundary === 'character' ? targets : await moveToBoundaries(text, targets, scannerFor(text, boundary), characters);
  let start = 0;
  return wanted.map((split, i) => {
    const end = Math.max(start, cuts[i] ?? characters);
    if (end === start) throw emptySplit(split, boundary, documentWise, text, characters);
    const span = { split, start, end };
    start = end;
    return span;
  });
}

async function countCharacters(text: CorpusText): Promise<number> {
  let count = 0;
  for await (const piece of text.pieces()) count += countCodePoints(piece.text);
  return count;
}

function scannerFor({ hasDocuments }: CorpusText, boundary: 'line' | 'document'): BoundaryScanner {
  if (boundary === 'line') return lineScanner();
  return hasDocuments ? documentScanner() : blankLineScanner();
}

/** For each target, in ascending order, the first boundary that is not before it; the text's end when there is none. */
async function moveToBoundaries(text: CorpusText, targets: number[], scanner: BoundaryScanner, end: number): Promise<number[]> {
  const cuts: number[] = targets.filter((target) => target === 0);
  const found = (position: number) => {
    while (cuts.length < targets.length && targets[cuts.length]! <= position) cuts.push(position);
  };
  for await (const piece of text.pieces()) {
    if (cuts.length === targets.length) break;
    scanner.scan(piece, found);
  }
  found(end);
  return cuts;
}

function checkFractions(fractions: SplitFractions): void {
  const shares = splitNames.map((name) => fractions[name] ?? 0);
  const sum = shares.reduce((total, share) => total + share, 0);
  if (shares.every((share) => share >= 0) && fractions.train > 0 && Math.abs(sum - 1) < 1e-9) return;
  const found = splitNames.map((name, i) => `${name} ${shares[i]}`).join(', ');
  throw new UserError('usage', `corpus.split: ${found}. The fractions must be at least 0, train above 0, and sum to 1.`);
}

function emptySplit(
  name: SplitName,
  boundary: SplitBoundary,
  documentWise: boolean,
  text: CorpusText,
  characters: number,
): UserError {
  const reason =
    boundary === 'character'
      ? ''
      : ` when cut at ${boundary === 'line' ? 'line ends' : text.hasDocuments ? 'the ends of documents' : 'blank lines'}`;
  const remedy =
    boundary === 'character' || documentWise ? '' : `, corpus.boundary: ${boundary === 'line' ? 'character' : 'line'}`;
  return new UserError(
    'data',
    `${text.name}: the ${name} split is empty${reason} (the file has ${characters} characters). ` +
      `Use a larger corpus.split.${name}${remedy}, or more text.`,
  );
}
