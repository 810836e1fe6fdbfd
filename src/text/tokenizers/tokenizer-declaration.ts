import { UserError } from '../../foundation/errors.js';
import type { Definition, Options, OptionValues } from '../../foundation/options.js';
import { quoteToken } from '../code-points.js';
import type { Tokenizer, TokenizerTrainer, TokenizerType } from './tokenizer.js';
import { MAXIMUM_TOKENS } from './vocabulary.js';

/** A tokenizer as configs, model files and documents know it. One of these is the tokenizer's line in the registry. */
export interface TokenizerDeclaration {
  /** `type` in a config and in a state. */
  readonly type: TokenizerType;
  /** One sentence. */
  readonly describe: string;
  /** What a token is, in words, for reports. */
  readonly unit: string;
  /** Whether a token is a character or less: contexts, and texts that repeat, then count more tokens. */
  readonly small: boolean;
  readonly options: Options;
  /**
   * Makes what builds the tokenizer from a training text.
   * @param documentEnd whether it has a token for the end of a document; a word tokenizer has one anyway
   */
  readonly createTrainer: (values: OptionValues, documentEnd: boolean) => TokenizerTrainer;
  /** The tokenizer, where no text is needed to make it. */
  readonly known?: (documentEnd: boolean) => Tokenizer;
  /** Whether a vocabulary can get more tokens: characters or words that it lacks. To bytes and byte pairs nothing is unknown. */
  readonly extensible: boolean;
  /** Whether a text spells out the token that stands for the end of a line. */
  readonly spellsLineEnd?: (text: string) => boolean;
  /** The keys that a state has beside `type`. */
  readonly stateKeys: readonly string[];
  /** Rebuilds the tokenizer from a state, which is not trusted and has no other keys. @throws UserError 'model' that says what is wrong. */
  readonly read: (state: Readonly<Record<string, unknown>>) => Tokenizer;
}

/** Declares a tokenizer: its options' types reach `createTrainer`, and the registry sees any declaration alike. */
export function declareTokenizer<const D extends Options>(
  definition: Definition<Omit<TokenizerDeclaration, 'read'>, D> & Pick<TokenizerDeclaration, 'read'>,
): TokenizerDeclaration {
  return definition as unknown as TokenizerDeclaration;
}

/** The error for a state in a model file that is none. */
export const invalidState = (trouble: string) =>
  new UserError('model', `the tokenizer in the model file is invalid: ${trouble}`);

/** A setting that is in a state only when it is not the default. */
export function checkedSetting<const T extends string | true>(allowed: T, found: unknown, key: string): T | undefined {
  if (found === undefined) return undefined;
  if (found === allowed) return allowed;
  throw invalidState(`${key} can only be ${allowed}`);
}

export function checkedList<T>(list: unknown, key: string, allowed: (item: unknown) => item is T): T[] {
  if (!Array.isArray(list)) throw invalidState(`${key} must be a list`);
  const wrong = list.findIndex((item) => !allowed(item));
  if (wrong >= 0) throw invalidState(`${key} ${wrong} cannot be one`);
  return list;
}

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
