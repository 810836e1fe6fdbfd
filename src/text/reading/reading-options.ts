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

/** How files become text. */
export interface ReadingOptions {
  /** Key of the text in the objects of .jsonl files. */
  readonly field: string;
  readonly documents: DocumentSeparation;
  readonly normalization: Normalization;
}

/** The default: the characters of the file, without a byte order mark. */
export const plainReading: ReadingOptions = {
  field: 'text',
  documents: 'none',
  normalization: { unicode: 'none', newlines: 'keep', byteOrderMark: 'drop' },
};
