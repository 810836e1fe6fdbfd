import { UserError } from '../../foundation/errors.js';
import type { Definition, Options, OptionValues } from '../../foundation/options.js';
import { quoteToken } from '../code-points.js';
import type { Tokenizer, TokenizerTrainer, TokenizerType } from './tokenizer.js';
import { MAXIMUM_TOKENS } from './vocabulary.js';

/** A tokenizer as configs, model files and documents know it: one entry of the registry. */
export interface TokenizerDeclaration {
  /** `type` in a config and in a state. */
  readonly type: TokenizerType;
  /** One sentence. */
  readonly describe: string;
  /** What a token is, in words, for reports. */
  readonly unit: string;
  /** Whether a token is a character or less. Contexts and repeated passages then have more tokens. */
  readonly small: boolean;
  readonly options: Options;
  /**
   * Creates the trainer of the tokenizer.
   * @param documentEnd whether it has a token for the end of a document; a word tokenizer always has one
   */
  readonly createTrainer: (values: OptionValues, documentEnd: boolean) => TokenizerTrainer;
  /** Creates the tokenizer, if that needs no text. */
  readonly known?: (documentEnd: boolean) => Tokenizer;
  /** Whether a vocabulary can be extended by characters or words that it lacks. With bytes and byte pairs nothing is unknown. */
  readonly extensible: boolean;
  /** Whether a text contains the name of the token for the end of a line. */
  readonly spellsLineEnd?: (text: string) => boolean;
  /** The keys of a state besides `type`. */
  readonly stateKeys: readonly string[];
  /** Rebuilds the tokenizer from a state, which is not trusted and has no other keys. @throws UserError 'model' naming the problem */
  readonly read: (state: Readonly<Record<string, unknown>>) => Tokenizer;
}

/** Declares a tokenizer. `createTrainer` gets option values of the declared types; the registry sees all declarations as one type. */
export function declareTokenizer<const D extends Options>(
  definition: Definition<Omit<TokenizerDeclaration, 'read'>, D> & Pick<TokenizerDeclaration, 'read'>,
): TokenizerDeclaration {
  return definition as unknown as TokenizerDeclaration;
}

/** The error for an invalid state in a model file. */
export const invalidState = (trouble: string) =>
  new UserError('model', `the tokenizer in the model file is invalid: ${trouble}`);

/** A setting that a state contains only when it is not the default. */
export function checkedSetting<const T extends string | true>(allowed: T, found: unknown, key: string): T | undefined {
  if (found === undefined) return undefined;
  if (found === allowed) return allowed;
  throw invalidState(`${key} can only be ${allowed}`);
}

/** A list in a state, whose items must all be allowed. @throws UserError `model` naming the key and the first item that is not */
export function checkedList<T>(list: unknown, key: string, allowed: (item: unknown) => item is T): T[] {
  if (!Array.isArray(list)) throw invalidState(`${key} must be a list`);
  const wrong = list.findIndex((item) => !allowed(item));
  if (wrong >= 0) throw invalidState(`${key} ${wrong} cannot be one`);
  return list;
}

/** The tokens in a state: a list of different, allowed strings. @throws UserError `model` naming the first token that is wrong */
export function checkedTokens(tokens: unknown, allowed: (token: string) => boolean, maximum = MAXIMUM_TOKENS): string[] {
  if (!Array.isArray(tokens)) throw invalidState('tokens must be a list');
  if (tokens.length === 0 || tokens.length > maximum) {
    throw invalidState(`there are ${tokens.length} tokens; 1 to ${maximum} are allowed`);
  }
  const seen = new Set<string>();
  for (let id = 0; id < tokens.length; id++) {
    const token: unknown = tokens[id];
    if (typeof token !== 'string') throw invalidState(`token ${id} is not a string`);
    if (!allowed(token)) throw invalidState(`token ${id} cannot be one: ${quoteToken(token)}`);
    if (seen.has(token)) throw invalidState(`token ${id} stands there twice: ${quoteToken(token)}`);
    seen.add(token);
  }
  return tokens as string[];
}
