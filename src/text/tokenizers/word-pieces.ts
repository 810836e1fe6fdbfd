/** What a line is cut into when punctuation is separate. */

/**
 * A character of a script that is written without blanks: each is a word of its own, and none stands between two of them. With the
 * punctuation of such texts.
 */
export const unspaced = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\u3001-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]`;

/** Letters with their marks; U+200C and U+200D stand inside of words in Persian and in the scripts of India. */
const letters = String.raw`\p{L}(?:(?!${unspaced})[\p{L}\p{M}\u200c\u200d])*`;

/** A picture with its colour of skin, tags and variation; several that U+200D joins are one. */
const picture = String.raw`\p{ExtPict}[\ufe0f\p{EMod}]*[\u{e0020}-\u{e007f}]*\u20e3?`;

/** Stands before a token that follows another without a blank. As a character of a text it is a token by itself. */
export const JOINER = '\uffed';

const piece = [
  '<unk>|<eos>',
  JOINER,
  String.raw`\p{RI}{2}|[0-9#*]\ufe0f?\u20e3|${picture}(?:\u200d${picture})*`,
  String.raw`${unspaced}\p{M}*`,
  `${letters}(?:['\u2019]${letters})*`,
  String.raw`\p{N}+(?:[.,]\p{N}+)*`,
  String.raw`\P{White_Space}\p{M}*`,
].join('|');

/**
 * Words (letters with their marks, apostrophes inside), numbers (with points and commas inside), emoji sequences, characters of scripts
 * without blanks, and every other character that is not white space, each with the marks that follow it. Which characters are
 * letters and so on is said by the version of Unicode that Node has.
 */
export const separatePieces = new RegExp(piece, 'gu');

/** Runs of characters that are not white space. */
export const attachedPieces = /\P{White_Space}+/gu;

const firstUnspaced = new RegExp(`^${unspaced}`, 'u');
const lastUnspaced = new RegExp(String.raw`${unspaced}\p{M}*$`, 'u');

/** Whether no blank is expected before, and after, a piece next to another such piece. */
export const startsUnspaced = (text: string): boolean => text.charCodeAt(0) > 0x2ff && firstUnspaced.test(text);
export const endsUnspaced = (text: string): boolean => text.charCodeAt(text.length - 1) > 0x2ff && lastUnspaced.test(text);
