import { readFileSync } from 'node:fs';

/** What Hugging Face's Rust library makes of texts, see hugging_face.py. */
interface LibraryEncodings {
  readonly texts: readonly string[];
  /** For each tokenizer.json the ids of each text. */
  readonly encodings: Readonly<Record<string, readonly number[][]>>;
  readonly classes: Readonly<Record<'L' | 'N' | 'White_Space', readonly (readonly [first: number, last: number])[]>>;
}

export const libraryEncodings = (): LibraryEncodings =>
  JSON.parse(readFileSync(new URL('hugging-face/encodings.json', import.meta.url), 'utf8'));

/** A class of characters of the library, in the brackets of a regular expression. */
export function libraryClass(name: keyof LibraryEncodings['classes']): string {
  return libraryEncodings()
    .classes[name].map(([first, last]) => `\\u{${first.toString(16)}}-\\u{${last.toString(16)}}`)
    .join('');
}
