import { escapeToken, unescapeToken } from '../token-escapes.js';
import type { Tokenizer, TokenizerState } from '../tokenizers/tokenizer.js';
import { END } from '../tokenizers/vocabulary.js';
import { JOINER } from '../tokenizers/word-pieces.js';

/*
 * The spelling of tokens in a file of vectors, whose fields are separated by spaces. A vocabulary in which white space is a token (of
 * characters, or of words with exact spaces) uses escapes; other vocabularies use the tokens unchanged.
 */

/** The spelling of a token in a file of vectors, by id. */
export function tokenSpellings({ vocabulary }: Tokenizer): readonly string[] {
  const { tokens } = vocabulary;
  return hasWhiteSpace(tokens) ? tokens.map(escapeToken) : tokens;
}

const hasWhiteSpace = (tokens: readonly string[]) => tokens.some((token) => /\p{White_Space}/u.test(token));

/** A token that may match a spelling in a file. A lower rank is a better match. */
interface Match {
  readonly id: number;
  readonly rank: number;
}

/** Ranks start at 0, the best; a token without a match has `NO_MATCH`. */
export const NO_MATCH = 4;

/**
 * Finds the tokens that match a spelling, in this order of preference: the token itself; the word of a token that is attached to the
 * previous word; if the tokenizer converts words to lower case, these two for the spelling in lower case; for `<eos>` the spelling `</s>`,
 * which word2vec and fastText write for the end of a line.
 */
export function tokenMatcher(tokenizer: Tokenizer): (spelling: string) => readonly Match[] {
  const { vocabulary } = tokenizer;
  const lower = isLower(tokenizer.toJSON());
  const escaped = hasWhiteSpace(vocabulary.tokens);
  const attached = new Map<string, number>();
  if (tokenizer.type === 'word')
    vocabulary.tokens.forEach((token, id) => {
      if (token.length > JOINER.length && token.startsWith(JOINER)) attached.set(token.slice(JOINER.length), id);
    });
  const matches = (token: string, rank: number): Match[] => {
    const [own, other] = [vocabulary.idOf(token), attached.get(token)];
    return [...(own === undefined ? [] : [{ id: own, rank }]), ...(other === undefined ? [] : [{ id: other, rank: rank + 1 }])];
  };
  const end = vocabulary.idOf(END);
  return (spelling) => {
    const token = escaped ? readEscapes(spelling) : spelling;
    if (token === '</s>' && end !== undefined) return [...matches(token, 0), { id: end, rank: 3 }];
    const lowered = lower ? token.toLowerCase() : token;
    return lowered === token ? matches(token, 0) : [...matches(token, 0), ...matches(lowered, 2)];
  };
}

/** Whether a tokenizer converts words to lower case. */
export const isLower = (state: TokenizerState) => state.type === 'word' && state.case === 'lower';

/** Files of other programs have no escapes: a backslash that begins no valid escape is literal. */
function readEscapes(spelling: string): string {
  try {
    return unescapeToken(spelling, (trouble) => new SyntaxError(trouble));
  } catch (error) {
    if (error instanceof SyntaxError) return spelling;
    throw error;
  }
}
