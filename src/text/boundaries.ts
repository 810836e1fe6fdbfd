import { countCodePoints } from './code-points.js';
import type { Piece } from './reading/documents.js';

/** Where a text may be divided: before any character, at the start of a line, or at the start of a document. */
export type SplitBoundary = 'character' | 'line' | 'document';

/** Finds, piece by piece, the positions in a text at which a split may begin, in order. */
export interface BoundaryScanner {
  /**
   * Calls `found` with each position that can be determined after this piece, as a number of characters (code points) from the start of the
   * text.
   */
  scan(piece: Piece, found: (position: number) => void): void;
}

/** Starts of lines. A line ends in '\n'. */
export function lineScanner(): BoundaryScanner {
  let before = 0;
  return {
    scan({ text }, found) {
      const position = positions(text, before);
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) found(position(end + 1));
      before = position(text.length);
    },
  };
}

/** Starts of documents whose ends are known. */
export function documentScanner(): BoundaryScanner {
  let before = 0;
  return {
    scan({ text, endsDocument }, found) {
      before += countCodePoints(text);
      if (endsDocument) found(before);
    },
  };
}

/** Starts of lines that are not blank and follow a blank one. A blank line contains only spaces, tabs and '\r'. */
export function blankLineScanner(): BoundaryScanner {
  let before = 0;
  let lineStart = 0;
  let lineIsBlank = true;
  let afterBlank = false;
  return {
    scan({ text }, found) {
      const position = positions(text, before);
      for (let at = 0; at < text.length; ) {
        if (lineIsBlank) {
          at = afterBlanks(text, at);
          if (at === text.length) break;
          lineIsBlank = text[at] === '\n';
          if (!lineIsBlank && afterBlank) found(lineStart);
        }
        const end = lineIsBlank ? at : text.indexOf('\n', at);
        if (end < 0) break;
        afterBlank = lineIsBlank;
        lineIsBlank = true;
        at = end + 1;
        lineStart = position(at);
      }
      before = position(text.length);
    },
  };
}

/** The number of characters before an index; indices must be requested in ascending order. */
function positions(text: string, before: number): (index: number) => number {
  let counted = 0;
  let count = before;
  return (index) => {
    count += countCodePoints(text, counted, index);
    counted = index;
    return count;
  };
}

function afterBlanks(text: string, start: number): number {
  let i = start;
  while (i < text.length && ' \t\r'.includes(text[i]!)) i++;
  return i;
}
