import { type TokenSource, tokenSource } from './batches.js';

/**
 * A text from its last token to its first one. A token that ends a document is then before the document's last token, so that every
 * document follows such a token in both directions, and the state is reset at the same tokens.
 */
export function reversedSource(tokens: Int32Array | TokenSource): TokenSource {
  const source = tokenSource(tokens);
  const { length, readDocumentEnds } = source;
  return {
    length,
    read(start, target, count) {
      source.read(length - start - count, target, count);
      reverse(target, count);
    },
    ...(readDocumentEnds && {
      readDocumentEnds(start, target, count) {
        readDocumentEnds.call(source, length - start - count, target, count);
        reverse(target, count);
      },
    }),
  };
}

/** Reverses the first values in place. Not by a view, which would be allocated at each read. */
function reverse(values: Int32Array | Uint8Array, count: number): void {
  for (let i = 0, j = count - 1; i < j; i++, j--) {
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  }
}
