import { tokenizerDeclaration, tokenizerFromJSON } from './tokenizers/index.js';
import type { Tokenizer } from './tokenizers/tokenizer.js';

/**
 * A tokenizer of characters or words, extended by the tokens that another of its type has in addition. Its own tokens keep their ids; the
 * new ones follow, in the order of the other tokenizer.
 */
export function extendTokenizer(known: Tokenizer, { type, vocabulary }: Tokenizer): Tokenizer {
  const state = known.toJSON();
  if (state.type !== type || !tokenizerDeclaration(type).extensible || !('tokens' in state))
    throw new Error(`a vocabulary of ${state.type} is not extended by one of ${type}`);
  const added = vocabulary.tokens.filter((token) => known.vocabulary.idOf(token) === undefined);
  return tokenizerFromJSON({ ...state, tokens: [...state.tokens, ...added] });
}
