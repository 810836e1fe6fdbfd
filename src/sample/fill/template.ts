import { UserError } from '../../foundation/errors.js';
import type { ModelDescription } from '../../model/model-description.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import type { Tokenizer } from '../../text/tokenizers/tokenizer.js';
import { JOINER, startsUnspaced } from '../../text/tokenizers/word-pieces.js';
import { firstToken } from '../special-tokens.js';

/** A blank of a text: from `least` to `most` tokens. */
export interface Blank {
  readonly least: number;
  readonly most: number;
  /** Text beside the blank that belongs to its first and its last token, such as the space before a token of byte pairs. */
  readonly before: string;
  readonly after: string;
  /** With separate punctuation: whether the blank follows a token without a space. */
  readonly isJoined: boolean;
}

/** A text with blanks: `pieces[0]`, `blanks[0]`, `pieces[1]`, ... The first and the last piece include the tokens at the ends of the text. */
export interface Template {
  readonly pieces: readonly Int32Array[];
  readonly blanks: readonly Blank[];
  /** The text with these in place of its blanks. */
  filled(fills: readonly string[]): string;
}

const BLANK = /_{3,}(?:\{(\d{1,6})(?:,(\d{1,6}))?\})?/g;

/** The most tokens of one blank. */
export const MOST_TOKENS = 256;

/**
 * Reads a text with blanks: `___` (three or more underscores), `___{3}` for three tokens, `___{1,4}` for one to four. A blank without
 * numbers is one token where tokens are words, else one to `maximumLength`. The text is read as between two tokens that end a document or a
 * line.
 *
 * @throws UserError `usage` for a text without a blank and for lengths out of range, `data` for text that the vocabulary does not have
 */
export function readTemplate({ tokenizer }: ModelDescription, text: string, maximumLength: number): Template {
  const found = [...text.matchAll(BLANK)];
  if (found.length === 0)
    throw new UserError('usage', 'TEXT has no blank: write ___ (three underscores) where tokens are missing');
  const ends = [0, ...found.map((match) => match.index + match[0].length)];
  const texts = ends.map((end, i) => text.slice(end, found[i]?.index));
  const { ids, places } = tokenizer.locate ? encodeWords(tokenizer, texts) : encodeSpelled(tokenizer, texts);
  const edge = firstToken(tokenizer);
  const last = ids.length - 1;
  return {
    pieces: ids.map((piece, i) => Int32Array.from([...(i === 0 ? [edge] : []), ...piece, ...(i === last ? [edge] : [])])),
    blanks: found.map((match, i) => ({ ...lengthsOf(match, tokenizer, maximumLength), ...places[i]! })),
    filled: (fills) => texts.map((piece, i) => piece + (i < last ? fills[i] : '')).join(''),
  };
}

function lengthsOf([blank, least, most = least]: RegExpMatchArray, { type }: Tokenizer, maximumLength: number) {
  const range = { least: Number(least ?? 1), most: Number(most ?? (type === 'word' ? 1 : maximumLength)) };
  if (range.least >= 1 && range.least <= range.most && range.most <= MOST_TOKENS) return range;
  const { unit } = tokenizerDeclaration(type);
  throw new UserError('usage', `${blank}: a blank has 1 to ${MOST_TOKENS} ${unit}s, and the smaller number comes first`);
}

/** The tokens of the pieces between blanks, and what each blank includes besides. */
interface EncodedPieces {
  readonly ids: readonly Int32Array[];
  readonly places: readonly Omit<Blank, 'least' | 'most'>[];
}

/** Tokens that spell out the text. With byte pairs the space before a word belongs to its token. */
function encodeSpelled(tokenizer: Tokenizer, texts: readonly string[]): EncodedPieces {
  const places = texts.slice(0, -1).map((text) => {
    return { before: tokenizer.type === 'bpe' && text.endsWith(' ') ? ' ' : '', after: '', isJoined: false };
  });
  return {
    ids: texts.map((text, i) => tokenizer.encode(text.slice(0, text.length - (places[i]?.before.length ?? 0)))),
    places,
  };
}

/** A word that stands for a blank while a text is encoded, so that punctuation beside it is read as beside any word. */
const PLACEHOLDER = 'blank';

/** With attached punctuation the word of a blank includes the characters around it, up to white space. */
function encodeWords(tokenizer: Tokenizer, texts: readonly string[]): EncodedPieces {
  const whole = texts.join(PLACEHOLDER);
  const ids = tokenizer.encode(whole);
  const spans: { start: number; end: number }[] = [];
  tokenizer.locate!(whole, (start, end) => spans.push({ start, end }));
  const pieces: Int32Array[] = [];
  const places: EncodedPieces['places'][number][] = [];
  let [begin, position] = [0, 0];
  for (const text of texts.slice(0, -1)) {
    position += text.length;
    const at = spans.findIndex(({ end }) => end > position);
    const { start, end } = spans[at]!;
    pieces.push(ids.subarray(begin, at));
    const previous = spans[at - 1];
    places.push({
      before: whole.slice(start, position),
      after: whole.slice(position + PLACEHOLDER.length, end),
      isJoined: previous !== undefined && previous.end === start && !/\s$/.test(whole.slice(previous.start, start)),
    });
    begin = at + 1;
    position += PLACEHOLDER.length;
  }
  return { ids: [...pieces, ids.subarray(begin)], places };
}

/** Which tokens a blank may have, and the text of those that fill it. */
export interface BlankTokens {
  /** [V]: 1 for a token that may be at position `i` of `length` tokens in the blank. */
  mask(i: number, length: number): Uint8Array;
  text(ids: readonly number[]): string;
}

/** No token of a blank ends a line or a document, or stands for unknown text. */
export function blankTokens(tokenizer: Tokenizer, { before, after, isJoined }: Blank): BlankTokens {
  const { vocabulary, type, documentEndId, lineEndId } = tokenizer;
  const isWord = type === 'word';
  const special = new Set([documentEndId, lineEndId, vocabulary.unknownId]);
  const names = Array.from(vocabulary.tokens, (_, id) => (isWord ? vocabulary.tokenOf(id) : tokenizer.decode([id])));
  const state = tokenizer.toJSON();
  const fold = (text: string) => (state.type === 'word' && state.case === 'lower' ? text.toLowerCase() : text);
  const isSeparate = state.type === 'word' && state.punctuation === 'separate';
  const [prefix, suffix] = [fold(before), fold(after)];
  const joins = (name: string) => !isSeparate || startsUnspaced(name) || name.startsWith(JOINER) === isJoined;
  const maskOf = (allows: (name: string) => boolean) =>
    Uint8Array.from(names, (name, id) => Number(!special.has(id) && !name.includes('\n') && allows(name)));
  const isFirst = (name: string) => joins(name) && name.startsWith(prefix);
  const isLast = (name: string) => name.endsWith(suffix);
  const first = maskOf((name) => isFirst(name) && name.length > prefix.length);
  const last = maskOf((name) => isLast(name) && name.length > suffix.length);
  const inside = maskOf(() => true);
  const only = maskOf((name) => isFirst(name) && isLast(name) && name.length > prefix.length + suffix.length);
  return {
    mask(i, length) {
      if (length === 1) return only;
      return i === 0 ? first : i === length - 1 ? last : inside;
    },
    text(ids) {
      const text = tokenizer.decode(ids);
      return text.slice(prefix.length, text.length - suffix.length);
    },
  };
}
