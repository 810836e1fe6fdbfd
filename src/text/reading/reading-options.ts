/** Where one document ends and the next begins; each end becomes a token. `none`: the text is one. */
export type DocumentSeparation = 'none' | 'blank-lines' | 'files' | { readonly marker: string };

/** Changes that are made to every text before a tokenizer sees it. */
export interface Normalization {
  /** Unicode normal form (UAX #15); `none` leaves characters as they are. */
  readonly unicode: 'none' | 'NFC' | 'NFKC';
  /** `lf`: '\r\n' and '\r' become '\n'. */
  readonly newlines: 'keep' | 'lf';
  /** What becomes of U+FEFF at the beginning of a file. */
  readonly byteOrderMark: 'drop' | 'keep';
}

/** The part of it that a tokenizer can do; the byte order mark is a matter of files. */
export type TextNormalization = Pick<Normalization, 'unicode' | 'newlines'>;

/** How files become text. */
export interface ReadingOptions {
  /** Key of the text in the objects of .jsonl files. */
  readonly field: string;
  readonly documents: DocumentSeparation;
  readonly normalization: Normalization;
}

/** What holds where nothing is said: the characters of the file, but for a byte order mark. */
export const plainReading: ReadingOptions = {
  field: 'text',
  documents: 'none',
  normalization: { unicode: 'none', newlines: 'keep', byteOrderMark: 'drop' },
};
