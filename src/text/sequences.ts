import type { TokenSource } from './batches.js';

/** The parts of a text that are read from a zero state each: those between two tokens that end a document. */
export interface Sequences {
  readonly count: number;
  /** The place of the token that is read first; place(count) is the last token of the text, which is only predicted. */
  place(sequence: number): number;
  /** The number of predictions: of all tokens after the first one, up to the first token of the next sequence. At least 1. */
  lengthOf(sequence: number): number;
}

/** Marks that are read at once. */
const PIECE = 65_536;

/**
 * Finds the sequences of a text. One begins at each token that ends a document, and at the first token. Together they have all predictions
 * of the text. They take 8 bytes of memory each.
 */
export function findSequences(source: TokenSource): Sequences {
  const { length: N } = source;
  const marks = new Uint8Array(Math.min(PIECE, N));
  const forEach = (found: (place: number) => void) => {
    // The last token is not read.
    for (let start = 0; start < N - 1; start += PIECE) {
      const count = Math.min(PIECE, N - 1 - start);
      source.readDocumentEnds?.(start, marks, count);
      for (let i = 0; i < count; i++) if (marks[i] === 1 || start + i === 0) found(start + i);
    }
  };
  let count = 0;
  forEach(() => count++);
  const places = new Float64Array(count + 1);
  let next = 0;
  forEach((place) => {
    places[next++] = place;
  });
  places[count] = Math.max(0, N - 1);
  return { count, place: (sequence) => places[sequence]!, lengthOf: (sequence) => places[sequence + 1]! - places[sequence]! };
}
