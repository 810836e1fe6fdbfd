import { UserError } from '../../foundation/errors.js';
import type { Tokenizer } from '../tokenizers/tokenizer.js';

/** The number of tokens of a text, and of those that the vocabulary lacks. */
export interface TokenCount {
  readonly total: number;
  readonly unknown: number;
  /** Whether the tokenizer refuses the text, because it has unknown tokens and no `<unk>`. */
  readonly refused: boolean;
}

export function countTokens(tokenizer: Tokenizer, text: string): TokenCount {
  try {
    const ids = tokenizer.encode(text);
    const { unknownId } = tokenizer.vocabulary;
    let unknown = 0;
    if (unknownId !== undefined) for (const id of ids) if (id === unknownId) unknown++;
    return { total: ids.length, unknown, refused: false };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...countPieces(tokenizer, text), refused: true };
  }
}

/** Counts piece by piece for a tokenizer that refuses the text: a piece that it refuses alone is unknown. */
function countPieces(tokenizer: Tokenizer, text: string): { total: number; unknown: number } {
  let total = 0;
  let unknown = 0;
  // Cached, because a text has few different pieces.
  const known = new Map<string, number>();
  for (const [piece] of text.matchAll(tokenizer.type === 'character' ? /./gsu : /\S+|\n/gu)) {
    let tokens = known.get(piece);
    if (tokens === undefined) {
      tokens = tokensOf(tokenizer, piece);
      known.set(piece, tokens);
    }
    total += Math.abs(tokens);
    if (tokens < 0) unknown++;
  }
  return { total, unknown };
}

/** The number of tokens of a piece, -1 for one that is not in the vocabulary. */
function tokensOf(tokenizer: Tokenizer, piece: string): number {
  try {
    return tokenizer.encode(piece).length;
  } catch (error) {
    if (error instanceof UserError) return -1;
    throw error;
  }
}
