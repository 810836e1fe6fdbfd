import { UserError } from '../../errors.js';
import { quoteToken } from '../code-points.js';
import { characterTokenizer } from './character.js';
import type { Tokenizer } from './tokenizer.js';
import { MAXIMUM_TOKENS, UNKNOWN } from './vocabulary.js';
import { END_OF_LINE, isWhiteSpace, wordTokenizer } from './word.js';

/**
 * Rebuilds a tokenizer from what {@link Tokenizer.toJSON} gave. The state comes from a model file and is not trusted: each part
 * is checked, none is copied by name, and unknown keys are refused, since a tokenizer that ignored one would encode wrongly.
 *
 * @throws UserError 'model' that says what is wrong with the state.
 */
export function tokenizerFromJSON(state: unknown): Tokenizer {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) throw invalid('an object is expected');
  const { type, tokens, ...rest } = state as Record<string, unknown>;
  const unknownKey = Object.keys(rest)[0];
  if (unknownKey !== undefined) throw invalid(`unknown key ${quoteToken(unknownKey)}`);
  if (type !== 'character' && type !== 'word') {
    throw invalid(`type must be character or word, not ${typeof type === 'string' ? quoteToken(type) : typeof type}`);
  }
  checkTokens(tokens, type === 'character' ? isCharacterToken : isWordToken);
  if (type === 'character') return characterTokenizer(tokens);
  for (const special of [UNKNOWN, END_OF_LINE]) {
    if (!tokens.includes(special)) throw invalid(`a word vocabulary needs ${special}`);
  }
  return wordTokenizer(tokens);
}

function checkTokens(tokens: unknown, allowed: (token: string) => boolean): asserts tokens is string[] {
  if (!Array.isArray(tokens)) throw invalid('tokens must be a list');
  if (tokens.length === 0 || tokens.length > MAXIMUM_TOKENS) {
    throw invalid(`there are ${tokens.length} tokens; 1 to ${MAXIMUM_TOKENS} are allowed`);
  }
  const seen = new Set<string>();
  for (let id = 0; id < tokens.length; id++) {
    const token: unknown = tokens[id];
    if (typeof token !== 'string') throw invalid(`token ${id} is not a string`);
    if (!allowed(token)) throw invalid(`token ${id} cannot be one: ${quoteToken(token)}`);
    if (seen.has(token)) throw invalid(`token ${id} stands there twice: ${quoteToken(token)}`);
    seen.add(token);
  }
}

const isCharacterToken = (token: string) =>
  token === UNKNOWN || (token !== '' && token.length === (token.codePointAt(0)! > 0xffff ? 2 : 1));

function isWordToken(token: string): boolean {
  for (let i = 0; i < token.length; i++) {
    if (isWhiteSpace(token.charCodeAt(i))) return false;
  }
  return token !== '';
}

const invalid = (trouble: string) => new UserError('model', `the tokenizer in the model file is invalid: ${trouble}`);
