import type { TokenSource } from '../../text/batches.js';
import { eachDocumentEnd } from './document-ends.js';
import { binLosses, type LossBin, powersOfTwo } from './loss-bins.js';
import type { TextLosses } from './loss-by-frequency.js';

interface PositionOptions extends TextLosses {
  /**
   * The token that ends a document (`Tokenizer.documentEndId`), for a corpus of documents that do not reset the state. A source that marks
   * its documents needs none.
   */
  readonly documentEnd?: number | undefined;
}

/**
 * The loss by the number of tokens of the document before the predicted one, in bins 0, 1, 2 to 3, 4 to 7, and so on. The token that ends a
 * document is its last one. The text begins with the first token of a document, or with the end of the document before.
 *
 * @returns undefined for a text without known documents
 */
export function lossByPosition({ tokens, losses, documentEnd }: PositionOptions): LossBin[] | undefined {
  const isMarked = !(tokens instanceof Int32Array) && tokens.readDocumentEnds !== undefined;
  if (!isMarked && documentEnd === undefined) return undefined;
  return binLosses(losses, positions(tokens, documentEnd), powersOfTwo);
}

function* positions(tokens: Int32Array | TokenSource, documentEnd?: number): Generator<number, void, undefined> {
  let position = 0;
  for (const ends of eachDocumentEnd(tokens, documentEnd)) {
    position = ends ? 0 : position + 1;
    yield position;
  }
}
