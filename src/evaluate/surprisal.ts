import { countCodePoints } from '../text/code-points.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { locateTokens } from './token-spans.js';

/** The surprisal of one piece of a text: -ln p(piece | all text before it). */
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
 * Surprisals of tokens: all but the first, in order. Summed in this order they equal the total exactly.
 *
 * @param losses [N - 1]: the nats of each token but the first
 */
export function* tokenSurprisals(
  tokenizer: Tokenizer,
  tokens: Int32Array,
  text: string,
  losses: Float32Array,
): Generator<Surprisal> {
  const { starts, ends } = locateTokens(tokenizer, tokens, text);
  const { vocabulary } = tokenizer;
  let offset = 0;
  for (let i = 0; i < tokens.length; i++) {
    offset += countCodePoints(text, i === 0 ? 0 : starts[i - 1]!, starts[i]!);
    if (i === 0) continue;
    const named = starts[i] === ends[i] || tokens[i] === vocabulary.unknownId;
    const piece = named ? vocabulary.tokenOf(tokens[i]!) : text.slice(starts[i]!, ends[i]!);
    yield { index: i, offset, piece, nats: losses[i - 1]! };
  }
}

/**
 * Surprisals of words, which are runs of characters other than white space. A token belongs to the word that contains its first such
 * character; a token of white space alone belongs to the following word, because many tokens begin with the blank before a word. The sum
 * over words is the total, up to rounding. White space at the end of the text is a last piece without a word (`piece` is ''). The first
 * token is not predicted, so its part of the first word is missing; if it is the whole word, the word is missing.
 *
 * @param losses as for {@link tokenSurprisals}
 */
export function* wordSurprisals(
  tokenizer: Tokenizer,
  tokens: Int32Array,
  text: string,
  losses: Float32Array,
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
      if (token === 0) continue;
      nats += losses[token - 1]!;
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
