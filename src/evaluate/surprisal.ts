import { countCodePoints } from '../text/code-points.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { locateTokens } from './token-spans.js';

/** The surprisal of one piece of a text: -ln p(piece | all text before it), or, from a model that reads backward, all text after it. */
export interface Surprisal {
  /** Position of the token, or of the word, counted from 0. */
  readonly index: number;
  /** Characters (code points) of the text before the piece. */
  readonly offset: number;
  /** The piece as in the text; for a token that is a part of a character, or not in the vocabulary, its name there. */
  readonly piece: string;
  readonly nats: number;
}

/**
 * The nats of token i of a text.
 * @param losses [N - 1]: the nats of each token but one, in the order of the text
 * @param unpredicted the index of that token: 0, or N - 1 where the model reads backward
 * @returns undefined for the unpredicted token
 */
export function lossOf(losses: Float32Array, unpredicted: number, i: number): number | undefined {
  return i === unpredicted ? undefined : losses[i < unpredicted ? i : i - 1];
}

/**
 * Surprisals of tokens: all but one, in the order of the text.
 *
 * @param losses [N - 1], see {@link lossOf}
 * @param unpredicted the index of the token that is not predicted. Default: the first
 */
export function* tokenSurprisals(
  tokenizer: Tokenizer,
  tokens: Int32Array,
  text: string,
  losses: Float32Array,
  unpredicted = 0,
): Generator<Surprisal> {
  const { starts, ends } = locateTokens(tokenizer, tokens, text);
  const { vocabulary } = tokenizer;
  let offset = 0;
  for (let i = 0; i < tokens.length; i++) {
    offset += countCodePoints(text, i === 0 ? 0 : starts[i - 1]!, starts[i]!);
    const nats = lossOf(losses, unpredicted, i);
    if (nats === undefined) continue;
    const named = starts[i] === ends[i] || tokens[i] === vocabulary.unknownId;
    const piece = named ? vocabulary.tokenOf(tokens[i]!) : text.slice(starts[i]!, ends[i]!);
    yield { index: i, offset, piece, nats };
  }
}

/** A piece of a text; nats is undefined for text that was not predicted: between tokens, and the unpredicted token. */
export interface SurprisalPiece {
  readonly text: string;
  readonly nats: number | undefined;
}

/**
 * The whole text in pieces: the tokens, and the text between them. A character of several tokens has the sum of their surprisals.
 *
 * @param losses and `unpredicted` as for {@link tokenSurprisals}
 */
export function* surprisalPieces(
  tokenizer: Tokenizer,
  tokens: Int32Array,
  text: string,
  losses: Float32Array,
  unpredicted = 0,
): Generator<SurprisalPiece> {
  const { starts, ends } = locateTokens(tokenizer, tokens, text);
  let end = 0;
  let nats = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (starts[i]! > end) yield { text: text.slice(end, starts[i]), nats: undefined };
    end = ends[i]!;
    nats += lossOf(losses, unpredicted, i) ?? 0;
    if (end === starts[i]) continue;
    yield { text: text.slice(starts[i], end), nats: i === unpredicted ? undefined : nats };
    nats = 0;
  }
}

/**
 * Surprisals of words, which are runs of characters other than white space. A token belongs to the word that contains its first such
 * character; a token of white space alone belongs to the following word, because many tokens begin with the blank before a word. The sum
 * over words is the total, up to rounding. White space at the end of the text is a last piece without a word (`piece` is ''). The part of a
 * word that is the unpredicted token is missing; if it is the whole word, the word is missing.
 *
 * @param losses and `unpredicted` as for {@link tokenSurprisals}
 */
export function* wordSurprisals(
  tokenizer: Tokenizer,
  tokens: Int32Array,
  text: string,
  losses: Float32Array,
  unpredicted = 0,
): Generator<Surprisal> {
  const { starts, ends } = locateTokens(tokenizer, tokens, text);
  const pattern = /\p{White_Space}*(\P{White_Space}*)/uy;
  let offset = 0;
  let token = 0;
  for (let index = 0, at = 0; at < text.length; index++) {
    pattern.lastIndex = at;
    const [all, piece] = pattern.exec(text) as unknown as [string, string];
    const end = at + all.length;
    const start = end - piece.length;
    offset += countCodePoints(text, at, start);
    let nats = 0;
    let counted = 0;
    for (; token < tokens.length && (end === text.length || belongsBefore(text, starts[token]!, ends[token]!, end)); token++) {
      const own = lossOf(losses, unpredicted, token);
      if (own === undefined) continue;
      nats += own;
      counted++;
    }
    if (counted > 0) yield { index, offset, piece, nats };
    offset += countCodePoints(text, start, end);
    at = end;
  }
}

/**
 * Whether a token belongs to a word that ends at `wordEnd`: its first character other than white space, if it has one, is before the end.
 */
function belongsBefore(text: string, start: number, tokenEnd: number, wordEnd: number): boolean {
  if (start >= wordEnd) return false;
  const said = text.slice(start, tokenEnd);
  if (said === '') return true;
  const blanks = said.length - said.trimStart().length;
  // U+FEFF is trimmed although Unicode does not count it as white space; a token of it alone belongs to a neighbour.
  return start + Math.min(blanks, said.length - 1) < wordEnd;
}
