import { UserError } from '../foundation/errors.js';
import { createRandom } from '../foundation/random.js';
import type { CorpusText } from './corpus-text.js';
import { shuffle } from './epoch-random.js';
import type { Piece } from './reading/documents.js';

/** Changes to the documents of a corpus before it is divided into splits. */
export interface Arrangement {
  /** `shuffled`: in an order that is random, but always the same for the same text. */
  readonly order: 'given' | 'shuffled';
  /** `drop`: of documents of equal text, apart from white space at either end, the first one remains. */
  readonly duplicates: 'keep' | 'drop';
}

/** The text as it is. */
export const asGiven: Arrangement = { order: 'given', duplicates: 'keep' };

/** The arrangement that options describe; what is absent is as given. */
export function arrangementOf({ order = asGiven.order, duplicates = asGiven.duplicates }: Partial<Arrangement>): Arrangement {
  return { order, duplicates };
}

/** What is not as given, for a description: token files from before there was an arrangement are still found. */
export function describedArrangement(arrangement: Arrangement): { arrangement?: Arrangement } {
  const { order, duplicates } = arrangement;
  return order === asGiven.order && duplicates === asGiven.duplicates ? {} : { arrangement };
}

/**
 * The texts of a corpus with its documents arranged, in memory. Duplicates are looked for in all texts: a document of a later one that an
 * earlier one has, too, is dropped.
 *
 * In a text without documents, paragraphs are the documents: blank lines are between them, after the arrangement one each. A text of one
 * paragraph is arranged by lines.
 *
 * @throws UserError `data` for a text that is not in memory, and for one of which nothing remains
 */
export function arrangeTexts(texts: readonly CorpusText[], { order, duplicates }: Arrangement): CorpusText[] {
  if (order === 'given' && duplicates === 'keep') return [...texts];
  const seen = new Set<string>();
  return texts.map((text) => {
    const pieces = text.pieces();
    if (!text.inMemory || !Array.isArray(pieces)) {
      const key = order === 'shuffled' ? 'corpus.order: shuffled' : 'corpus.duplicates: drop';
      throw new UserError('data', `${text.name} is too large for ${key}: arrange the file itself, and leave the key out`);
    }
    const { documents, pieceOf } = text.hasDocuments ? joinDocuments(pieces) : findParagraphs(pieces);
    const kept = duplicates === 'keep' ? documents : documents.filter((document) => isNew(document, seen));
    if (kept.length === 0) {
      const why = 'corpus.duplicates is drop, and all of its documents are in an earlier text';
      throw new UserError('data', `${text.name}: ${why}. Use another text.`);
    }
    // Not the seed of the run: runs that differ in it are compared on the same splits.
    if (order === 'shuffled') shuffle(kept, createRandom(0));
    const arranged = kept.map(pieceOf);
    return { ...text, name: order === 'shuffled' ? `${text.name} in random order` : text.name, pieces: () => arranged };
  });
}

function isNew(document: string, seen: Set<string>): boolean {
  const { size } = seen;
  return seen.add(document.trim()).size > size;
}

interface Documents {
  readonly documents: string[];
  readonly pieceOf: (document: string) => Piece;
}

function joinDocuments(pieces: readonly Piece[]): Documents {
  const documents: string[] = [];
  let open = '';
  for (const { text, endsDocument } of pieces) {
    open += text;
    if (!endsDocument) continue;
    documents.push(open);
    open = '';
  }
  if (open !== '') documents.push(open);
  return { documents, pieceOf: (text) => ({ text, endsDocument: true }) };
}

/** Blank lines, of spaces, tabs and '\r', after a line. */
const BLANK_LINES = /(?<=\n)(?:[ \t\r]*\n)+/;

function findParagraphs(pieces: readonly Piece[]): Documents {
  const whole = pieces.map(({ text }) => text).join('');
  const paragraphs = whole.split(BLANK_LINES).filter((text) => text.trim() !== '');
  const isOne = paragraphs.length < 2;
  const documents = isOne ? whole.split('\n').filter((line) => line.trim() !== '') : paragraphs.map(withoutLineEnd);
  const end = isOne ? '\n' : '\n\n';
  return { documents, pieceOf: (text) => ({ text: text + end, endsDocument: false }) };
}

const withoutLineEnd = (text: string) => (text.endsWith('\n') ? text.slice(0, -1) : text);
