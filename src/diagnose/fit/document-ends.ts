import { type TokenSource, tokenSource } from '../../text/batches.js';

/** Marks that are read at once. */
const PIECE = 65_536;

/**
 * For each token of a text but the last, whether it ends a document.
 *
 * @param documentEnd the token that ends documents, for a text that does not mark them because the state is not reset. Default: none
 */
export function* eachDocumentEnd(
  text: Int32Array | TokenSource,
  documentEnd?: number | undefined,
): Generator<boolean, void, undefined> {
  const source = tokenSource(text);
  const most = Math.min(PIECE, source.length);
  const [tokens, marks] = [new Int32Array(most), new Uint8Array(most)];
  for (let start = 0; start < source.length - 1; start += PIECE) {
    const count = Math.min(PIECE, source.length - 1 - start);
    if (source.readDocumentEnds) source.readDocumentEnds(start, marks, count);
    else source.read(start, tokens, count);
    for (let i = 0; i < count; i++) yield source.readDocumentEnds ? marks[i] === 1 : tokens[i] === documentEnd;
  }
}
