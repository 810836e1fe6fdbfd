import { type Arrangement, asGiven, describedArrangement } from './arrangement.js';
import type { SplitBoundary } from './boundaries.js';
import { countCodePoints, indexOfCodePoint } from './code-points.js';
import type { CorpusText } from './corpus-text.js';
import type { Piece } from './reading/documents.js';
import { type Normalization, plainReading, type ReadingOptions, type SequenceUnit } from './reading/reading-options.js';
import { findSplits, type Origin, type SplitFractions, type SplitName, splitNames } from './splits.js';

/** A piece of a corpus, and the split to which it belongs. Each piece belongs to one split. */
export interface SplitPiece extends Piece {
  readonly split: SplitName;
}

/** A corpus whose splits can be read repeatedly. */
export interface OpenCorpus {
  readonly splits: readonly SplitName[];
  readonly texts: readonly CorpusText[];
  readonly hasDocuments: boolean;
  /** With `documents`, the tokens of each split begin with the token that ends a document, so that every document follows one. */
  readonly sequences: SequenceUnit;
  /** The normalization that is applied to the texts. */
  readonly normalization: Normalization;
  readonly inMemory: boolean;
  /** Everything besides the bytes of the files that determines the text: plain JSON. */
  readonly description: unknown;
  /** The origins of the splits. For one text that is divided, the first call reads the text to find them. */
  origins(): Promise<Partial<Record<SplitName, Origin>>>;
  /** Reads the splits in order, piece by piece, or one of them. */
  read(only?: SplitName): AsyncGenerator<SplitPiece>;
}

/** One text as a corpus whose splits are contiguous parts of it. @param arrangement how the text has been arranged */
export function cutCorpus(
  text: CorpusText,
  fractions: SplitFractions,
  boundary: SplitBoundary,
  reading: ReadingOptions = plainReading,
  arrangement: Arrangement = asGiven,
): OpenCorpus {
  let found: ReturnType<typeof findSplits> | undefined;
  const spans = () => {
    found ??= findSplits(text, fractions, boundary, isDocumentWise(reading));
    return found;
  };
  return {
    splits: splitNames.filter((name) => (fractions[name] ?? 0) > 0),
    texts: [text],
    hasDocuments: text.hasDocuments,
    sequences: reading.sequences,
    normalization: reading.normalization,
    inMemory: text.inMemory,
    description: {
      reading: describedReading(reading),
      kinds: text.files.map(kindOfFileName),
      fractions,
      boundary,
      ...describedArrangement(arrangement),
    },
    async origins() {
      return Object.fromEntries((await spans()).map(({ split, start, end }) => [split, { file: text.name, start, end }]));
    },
    async *read(only) {
      const all = await spans();
      let current = 0;
      let position = 0;
      for await (const piece of text.pieces()) {
        let { text: rest } = piece;
        // The end of a document belongs to the split of its text: only text advances to the next split.
        while (rest !== '' && position + countCodePoints(rest) > all[current]!.end) {
          const { split, end } = all[current]!;
          const cut = indexOfCodePoint(rest, end - position);
          if (cut > 0 && (only ?? split) === split) yield { split, text: rest.slice(0, cut), endsDocument: false };
          rest = rest.slice(cut);
          position = end;
          current++;
          if (split === only) return;
        }
        const { split } = all[current]!;
        if ((only ?? split) === split) yield { split, text: rest, endsDocument: piece.endsDocument };
        position += countCodePoints(rest);
      }
    },
  };
}

/** Whether a split can begin only where a document does. */
const isDocumentWise = ({ documents, sequences }: ReadingOptions) => documents === 'lines' || sequences === 'documents';

/** Options for a description. Streams are not mentioned, so that token files from before there were other sequences are still found. */
export function describedReading({ sequences, ...reading }: ReadingOptions): unknown {
  return sequences === 'stream' ? reading : { ...reading, sequences };
}

/** The part of a file's name that determines how it is read. */
export const kindOfFileName = (file: string) => /(\.jsonl)?(\.gz)?$/.exec(file)![0];
