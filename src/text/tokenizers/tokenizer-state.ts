import { UserError } from '../../foundation/errors.js';
import { quoteToken } from '../code-points.js';
import { bpeTokenizer } from './bpe.js';
import { byteTokenizer } from './byte.js';
import { type BytePairs, MAXIMUM_BYTE_PAIR_TOKENS, type Merge } from './byte-pairs/byte-pairs.js';
import { characterTokenizer } from './character.js';
import type { Tokenizer, TokenizerType } from './tokenizer.js';
import { END, MAXIMUM_TOKENS, UNKNOWN } from './vocabulary.js';
import { END_OF_LINE, isWhiteSpace, wordTokenizer } from './word.js';
import type { WordOptions } from './word-spacing.js';

type JsonMap = Record<string, unknown>;

/** For each type, the keys that its state has beside `type`, and what rebuilds the tokenizer from them. */
const readers: Record<TokenizerType, { keys: readonly string[]; read: (state: JsonMap) => Tokenizer }> = {
  character: { keys: ['tokens'], read: ({ tokens }) => characterTokenizer(checkedTokens(tokens, isCharacterToken)) },
  word: { keys: ['tokens', 'case', 'punctuation', 'spaces'], read: readWord },
  byte: { keys: ['documentEnd'], read: readBytes },
  bpe: { keys: ['tokens', 'merges', 'added'], read: readBytePairs },
};

/**
 * Rebuilds a tokenizer from what {@link Tokenizer.toJSON} gave. The state comes from a model file and is not trusted: each part
 * is checked, none is copied by name, and unknown keys are refused, since a tokenizer that ignored one would encode wrongly.
 *
 * @throws UserError 'model' that says what is wrong with the state.
 */
export function tokenizerFromJSON(state: unknown): Tokenizer {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) throw invalid('an object is expected');
  const { type, ...rest } = state as JsonMap;
  if (typeof type !== 'string' || !Object.hasOwn(readers, type)) {
    const found = typeof type === 'string' ? quoteToken(type) : typeof type;
    throw invalid(`type must be one of ${Object.keys(readers).join(', ')}, not ${found}`);
  }
  const { keys, read } = readers[type as TokenizerType];
  const unknownKey = Object.keys(rest).find((key) => !keys.includes(key));
  if (unknownKey !== undefined) throw invalid(`unknown key ${quoteToken(unknownKey)}`);
  return read(rest);
}

function readWord({ tokens, case: letterCase, punctuation, spaces }: JsonMap): Tokenizer {
  const options: WordOptions = {
    case: only('lower', letterCase, 'case'),
    punctuation: only('separate', punctuation, 'punctuation'),
    spaces: only('exact', spaces, 'spaces'),
  };
  const isToken = (token: string) => isWordToken(token) || (options.spaces === 'exact' && isBlankToken(token));
  const words = checkedTokens(tokens, isToken);
  for (const special of [UNKNOWN, END_OF_LINE]) {
    if (!words.includes(special)) throw invalid(`a word vocabulary needs ${special}`);
  }
  return wordTokenizer(words, options);
}

/** A setting that is there only when it is not the default. */
function only<const T extends string>(allowed: T, found: unknown, key: string): T | undefined {
  if (found === undefined) return undefined;
  if (found === allowed) return allowed;
  throw invalid(`${key} can only be ${allowed}`);
}

function readBytes({ documentEnd }: JsonMap): Tokenizer {
  if (documentEnd === undefined || documentEnd === true) return byteTokenizer({ documentEnd });
  throw invalid('documentEnd can only be true');
}

function readBytePairs({ tokens, merges, added }: JsonMap): Tokenizer {
  const pairs: BytePairs = {
    tokens: checkedTokens(tokens, () => true, MAXIMUM_BYTE_PAIR_TOKENS),
    merges: checkedList(merges, 'merges', isMerge),
    added: checkedList(added, 'added', Number.isInteger as (item: unknown) => item is number),
  };
  return bpeTokenizer(pairs, invalid);
}

const isMerge = (item: unknown): item is Merge => Array.isArray(item) && item.length === 2 && item.every(Number.isInteger);

function checkedList<T>(list: unknown, key: string, allowed: (item: unknown) => item is T): T[] {
  if (!Array.isArray(list)) throw invalid(`${key} must be a list`);
  const wrong = list.findIndex((item) => !allowed(item));
  if (wrong >= 0) throw invalid(`${key} ${wrong} cannot be one`);
  return list;
}

function checkedTokens(tokens: unknown, allowed: (token: string) => boolean, maximum = MAXIMUM_TOKENS): string[] {
  if (!Array.isArray(tokens)) throw invalid('tokens must be a list');
  if (tokens.length === 0 || tokens.length > maximum) {
    throw invalid(`there are ${tokens.length} tokens; 1 to ${maximum} are allowed`);
  }
  const seen = new Set<string>();
  for (let id = 0; id < tokens.length; id++) {
    const token: unknown = tokens[id];
    if (typeof token !== 'string') throw invalid(`token ${id} is not a string`);
    if (!allowed(token)) throw invalid(`token ${id} cannot be one: ${quoteToken(token)}`);
    if (seen.has(token)) throw invalid(`token ${id} stands there twice: ${quoteToken(token)}`);
    seen.add(token);
  }
  return tokens as string[];
}

const isCharacterToken = (token: string) =>
  token === UNKNOWN || token === END || (token !== '' && token.length === (token.codePointAt(0)! > 0xffff ? 2 : 1));

const isBlankToken = (token: string) => token.length === 1 && token !== '\n' && isWhiteSpace(token.charCodeAt(0));

function isWordToken(token: string): boolean {
  for (let i = 0; i < token.length; i++) {
    if (isWhiteSpace(token.charCodeAt(i))) return false;
  }
  return token !== '';
}

const invalid = (trouble: string) => new UserError('model', `the tokenizer in the model file is invalid: ${trouble}`);
