import type { DocumentSeparation } from './reading-options.js';

/** A part of a text that cuts no character. */
export interface Piece {
  readonly text: string;
  /** A document ends after this text. */
  readonly endsDocument: boolean;
}

/** Finds the documents in one file's text, which comes in pieces. Documents without text are passed over. */
export interface DocumentSplitter {
  push(text: string): Piece[];
  /** The file has ended, and so has its last document. */
  end(): Piece[];
}

/** UTF-16 units of blanks that are held back until it is known whether a line is blank; a line of more is not. */
const LONGEST_BLANK = 1 << 20;

export function createDocumentSplitter(documents: DocumentSeparation): DocumentSplitter {
  if (documents === 'none') return { push: (text) => [{ text, endsDocument: false }], end: () => [] };
  const collector = createCollector();
  const separate =
    documents === 'files'
      ? collector.add
      : documents === 'blank-lines'
        ? byBlankLines(collector)
        : byMarker(documents.marker, collector);
  return {
    push(text) {
      separate(text, false);
      return collector.take();
    },
    end() {
      separate('', true);
      collector.endDocument();
      return collector.take();
    },
  };
}

interface Collector {
  add(text: string): void;
  endDocument(): void;
  /** What has come together since the last time. */
  take(): Piece[];
}

function createCollector(): Collector {
  let pieces: Piece[] = [];
  let text = '';
  let open = false;
  return {
    add(more) {
      text += more;
      open ||= more !== '';
    },
    endDocument() {
      if (open) pieces.push({ text, endsDocument: true });
      text = '';
      open = false;
    },
    take() {
      if (text !== '') pieces.push({ text, endsDocument: false });
      const taken = pieces;
      pieces = [];
      text = '';
      return taken;
    },
  };
}

type Separator = (text: string, last: boolean) => void;

/** Documents are runs of lines that are not blank; the blank lines between them are left out. */
function byBlankLines({ add, endDocument }: Collector): Separator {
  let held = '';
  let atLineStart = true;
  return (more, last) => {
    const text = held + more;
    let from = 0;
    let at = 0;
    held = '';
    while (at < text.length) {
      if (atLineStart) {
        const end = afterBlanks(text, at);
        if (text[end] === '\n') {
          add(text.slice(from, at));
          endDocument();
          from = at = end + 1;
          continue;
        }
        if (end === text.length && end - at <= LONGEST_BLANK) {
          // Perhaps a blank line. At the end of the text it is one.
          held = last ? '' : text.slice(at);
          add(text.slice(from, at));
          return;
        }
        atLineStart = false;
      }
      const lineEnd = text.indexOf('\n', at);
      at = lineEnd < 0 ? text.length : lineEnd + 1;
      atLineStart = lineEnd >= 0;
    }
    add(text.slice(from));
  };
}

function afterBlanks(text: string, start: number): number {
  let i = start;
  while (i < text.length && (text[i] === ' ' || text[i] === '\t' || text[i] === '\r')) i++;
  return i;
}

/** Documents end at each marker, which is left out with a line end that follows it. */
function byMarker(marker: string, { add, endDocument }: Collector): Separator {
  let held = '';
  let afterMarker = false;
  return (more, last) => {
    const text = held + more;
    let at = 0;
    for (;;) {
      if (afterMarker) {
        // Whether a line end follows is known when two more characters are there.
        if (text.length - at < 2 && !last) break;
        at += text.startsWith('\r\n', at) ? 2 : text[at] === '\n' ? 1 : 0;
        afterMarker = false;
      }
      const found = text.indexOf(marker, at);
      if (found < 0) break;
      add(text.slice(at, found));
      endDocument();
      at = found + marker.length;
      afterMarker = true;
    }
    const end = last ? text.length : Math.max(at, characterStart(text, text.length - marker.length + 1));
    if (!afterMarker) add(text.slice(at, end));
    held = text.slice(afterMarker ? at : end);
  };
}

/** The index, or the one before it when that would cut a surrogate pair. */
function characterStart(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
}
