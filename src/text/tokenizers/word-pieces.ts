import { type InBrackets, inBrackets } from '../unicode/character-classes.js';

/** What a line is cut into when punctuation is separate. */

/**
 * A character of a script that is written without blanks: each is a word of its own, and none stands between two of them. With the
 * punctuation of such texts.
 */
export function unspacedPattern(of: InBrackets): string {
  const scripts = (['Han', 'Hiragana', 'Katakana', 'Thai', 'Lao', 'Khmer', 'Myanmar'] as const).map(of).join('');
  return String.raw`[${scripts}\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]`;
}

/** Stands before a token that follows another without a blank. As a character of a text it is a token by itself. */
export const JOINER = '\uffed';

/**
 * Words (letters with their marks, apostrophes inside), numbers (with points and commas inside), emoji sequences, characters of scripts
 * without blanks, and every other character that is not white space, each with the marks that follow it.
 *
 * @param of what stands for a class of characters: other languages have other escapes
 */
export function separatePattern(of: InBrackets): string {
  const unspaced = unspacedPattern(of);
  // Letters with their marks; U+200C and U+200D stand inside of words in Persian and in the scripts of India.
  const letters = String.raw`[${of('L')}](?:(?!${unspaced})[${of('L')}${of('M')}\u200c\u200d])*`;
  // A picture with its colour of skin, tags and variation; several that U+200D joins are one.
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

/** Whether no blank is expected before, and after, a piece next to another such piece. */
export const startsUnspaced = (text: string): boolean => text.charCodeAt(0) > 0x2ff && firstUnspaced.test(text);
export const endsUnspaced = (text: string): boolean => text.charCodeAt(text.length - 1) > 0x2ff && lastUnspaced.test(text);
