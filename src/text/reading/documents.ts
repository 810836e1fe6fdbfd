import type { DocumentSeparation } from './reading-options.js';

/** A part of a text that does not split a character. */
export interface Piece {
  readonly text: string;
  /** Whether a document ends after this text. */
  readonly endsDocument: boolean;
}

/** Finds the documents in one file's text, which comes in pieces. Documents without text are omitted. */
export interface DocumentSplitter {
  push(text: string): Piece[];
  /** Must be called at the end of the file, which also ends its last document. */
  end(): Piece[];
}

/** The longest white space, in UTF-16 units, that is held back until it is known whether a line is blank; a longer line is not. */
const LONGEST_BLANK = 1 << 20;

/**
 * Creates the splitter for one file.
 * @param onBlankLine called for each blank line that is omitted where each line is a document
 */
export function createDocumentSplitter(documents: DocumentSeparation, onBlankLine: () => void = () => {}): DocumentSplitter {
  if (documents === 'none') return { push: (text) => [{ text, endsDocument: false }], end: () => [] };
  const collector = createCollector();
  const separate =
    documents === 'files'
      ? collector.add
      : documents === 'blank-lines'
        ? byBlankLines(collector)
        : documents === 'lines'
          ? byLines(collector, onBlankLine)
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
  /** The pieces that were added since the last call. */
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

/** Documents are runs of lines that are not blank; the blank lines between them are removed. */
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
          // Possibly a blank line. At the end of the text it is one.
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

/** Documents are lines that are not blank. Line ends, '\n' or '\r\n', are removed. */
function byLines({ add, endDocument }: Collector, onBlankLine: () => void): Separator {
  let held = '';
  let isBlank = true;
  return (more, last) => {
    const text = held + more;
    held = '';
    for (let at = 0; at < text.length; ) {
      const found = text.indexOf('\n', at);
      const end = found < 0 ? text.length : found;
      if (isBlank && afterBlanks(text, at) >= end) {
        if (found < 0 && end - at <= LONGEST_BLANK) {
          // The line may still get text. At the end of the file it is blank.
          if (last) onBlankLine();
          else held = text.slice(at);
          return;
        }
        if (found >= 0) {
          onBlankLine();
          at = end + 1;
          continue;
        }
      }
      isBlank = false;
      // A '\r' at the end of the piece may belong to the line end.
      const textEnd = end > at && text[end - 1] === '\r' ? end - 1 : end;
      add(text.slice(at, textEnd));
      if (found < 0) {
        if (!last) held = text.slice(textEnd);
        return;
      }
      endDocument();
      isBlank = true;
      at = end + 1;
    }
  };
}

function afterBlanks(text: string, start: number): number {
  let i = start;
  while (i < text.length && (text[i] === ' ' || text[i] === '\t' || text[i] === '\r')) i++;
  return i;
}

/** Documents end at each marker. The marker and a line end after it are removed. */
function byMarker(marker: string, { add, endDocument }: Collector): Separator {
  let held = '';
  let afterMarker = false;
  return (more, last) => {
    const text = held + more;
    let at = 0;
    for (;;) {
      if (afterMarker) {
        // Two more characters are needed to know whether a line end follows.
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

/** The index, or the previous one if the index would split a surrogate pair. */
function characterStart(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff ? index - 1 : index;
}
