import { type TokenSource, tokenSource } from '../text/batches.js';

/** Tokens that are read from the source at once. */
const PIECE = 65_536;

/** The tokens of a text one by one. */
export function* eachToken(text: Int32Array | TokenSource): Generator<number, void, undefined> {
  const source = tokenSource(text);
  const piece = new Int32Array(Math.min(PIECE, source.length));
  for (let start = 0; start < source.length; start += PIECE) {
    const count = Math.min(PIECE, source.length - start);
    source.read(start, piece, count);
    for (let i = 0; i < count; i++) yield piece[i]!;
  }
}
