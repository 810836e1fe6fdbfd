/** How documents are separated; the end of each becomes a token. `none`: the text is one document. */
export type DocumentSeparation = 'none' | 'lines' | 'blank-lines' | 'files' | { readonly marker: string };

/** Changes that are made to every text before a tokenizer sees it. */
export interface Normalization {
  /** Unicode normalization form (UAX #15); `none` does not change characters. */
  readonly unicode: 'none' | 'NFC' | 'NFKC';
  /** `lf`: '\r\n' and '\r' become '\n'. */
  readonly newlines: 'keep' | 'lf';
  /** Whether U+FEFF at the beginning of a file is removed. */
  readonly byteOrderMark: 'drop' | 'keep';
}

/** The part of the normalization that a tokenizer can do; the byte order mark concerns files. */
export type TextNormalization = Pick<Normalization, 'unicode' | 'newlines'>;

/** What a model reads from a zero state: the whole text, or each document, which is then independent of the others. */
export type SequenceUnit = 'stream' | 'documents';

/** How files become text. */
export interface ReadingOptions {
  /** Key of the text in the objects of .jsonl files. */
  readonly field: string;
  readonly documents: DocumentSeparation;
  readonly sequences: SequenceUnit;
  readonly normalization: Normalization;
}

/** The default: the characters of the file, without a byte order mark. */
export const plainReading: ReadingOptions = {
  field: 'text',
  documents: 'none',
  sequences: 'stream',
  normalization: { unicode: 'none', newlines: 'keep', byteOrderMark: 'drop' },
};
