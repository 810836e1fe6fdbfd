import { type Corpus, wholeSplits } from '../../src/text/corpus.js';
import type { CorpusText } from '../../src/text/corpus-text.js';
import { cutCorpus } from '../../src/text/cut-corpus.js';
import type { SplitBoundary, SplitFractions } from '../../src/text/splits.js';

/** A text that comes in these pieces, as if from a file. */
export function textOfPieces(pieces: readonly string[], name = 'f'): CorpusText {
  return {
    name,
    files: [name],
    hasDocuments: false,
    blankLines: 0,
    inMemory: true,
    pieces: () => pieces.map((text) => ({ text, endsDocument: false })),
  };
}

/** The splits of a text that comes in these pieces. */
export function splitPieces(
  pieces: readonly string[],
  fractions: SplitFractions,
  boundary: SplitBoundary,
  file?: string,
): Promise<Corpus> {
  return wholeSplits(cutCorpus(textOfPieces(pieces, file), fractions, boundary));
}
