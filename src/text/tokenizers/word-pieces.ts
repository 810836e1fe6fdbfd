import { type InBrackets, inBrackets } from '../unicode/character-classes.js';

/** The pieces of a line when punctuation is separate. */

/**
 * A character of a script that is written without spaces, or punctuation of such texts: each is a separate word, without a space between
 * two of them.
 */
export function unspacedPattern(of: InBrackets): string {
  const scripts = (['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'] as const).map(of).join('');
  return String.raw`[${scripts}\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]`;
}

/** Precedes a token that follows another one without a space. As a character of a text it is a separate token. */
export const JOINER = '\uffed';

/**
 * Words (letters with their marks, apostrophes inside), numbers (with points and commas inside), emoji sequences, characters of scripts
 * without spaces, and every other character that is not white space, each with the marks that follow it.
 *
 * @param of returns the pattern of a character class, because other languages have other escapes
 */
export function separatePattern(of: InBrackets): string {
  const unspaced = unspacedPattern(of);
  // Letters with their marks; U+200C and U+200D occur inside words in Persian and in Indian scripts.
  const letters = String.raw`[${of('L')}](?:(?!${unspaced})[${of('L')}${of('M')}\u200c\u200d])*`;
  // An emoji with skin colour, tags and variation selector; several that U+200D joins are one.
  const picture = String.raw`[${of('Extended_Pictographic')}][\ufe0f${of('Emoji_Modifier')}]*[\u{e0020}-\u{e007f}]*\u20e3?`;
  return [
    '<unk>|<eos>',
    JOINER,
    String.raw`[${of('Regional_Indicator')}]{2}|[0-9#*]\ufe0f?\u20e3|${picture}(?:\u200d${picture})*`,
    `${unspaced}[${of('M')}]*`,
    `${letters}(?:['\u2019]${letters})*`,
    `[${of('N')}]+(?:[.,][${of('N')}]+)*`,
    `[^${of('White_Space')}][${of('M')}]*`,
  ].join('|');
}

/** Runs of characters that are not white space. */
export const attachedPattern = (of: InBrackets): string => `[^${of('White_Space')}]+`;

export const separatePieces = new RegExp(separatePattern(inBrackets), 'gu');
export const attachedPieces = new RegExp(attachedPattern(inBrackets), 'gu');

const firstUnspaced = new RegExp(`^${unspacedPattern(inBrackets)}`, 'u');
const lastUnspaced = new RegExp(`${unspacedPattern(inBrackets)}[${inBrackets('M')}]*$`, 'u');

/** Whether no space is expected before, and after, a piece next to another such piece. */
export const startsUnspaced = (text: string): boolean => text.charCodeAt(0) > 0x2ff && firstUnspaced.test(text);
export const endsUnspaced = (text: string): boolean => text.charCodeAt(text.length - 1) > 0x2ff && lastUnspaced.test(text);
