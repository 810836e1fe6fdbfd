import type { LexiconEntry } from '../grammar.js';

/** A word with `a` or `an` before it. The first letter decides, so the lexicons avoid words like "hour" and "useful". */
export function withArticle(word: string): string {
  return `${'aeiou'.includes(word.charAt(0)) ? 'an' : 'a'} ${word}`;
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The words of a list that is separated by spaces. */
export function words(list: string): string[] {
  return list.trim().split(/\s+/);
}

/** A lexicon of plain words, from a list separated by spaces; each word has only its `name`. */
export function lexicon(list: string): LexiconEntry[] {
  return words(list).map((name) => ({ name }));
}
