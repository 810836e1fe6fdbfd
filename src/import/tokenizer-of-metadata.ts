import { UserError } from '../foundation/errors.js';
import { type JsonValue, memberOf, parseStrictJson } from '../foundation/strict-json.js';
import { tokenizerFromJSON } from '../text/tokenizers/index.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';

/** The meaning of a model's ids, and the normalization of a text before it is tokenized (as in a config's `corpus.normalization`). */
export interface TextToIds {
  readonly tokenizer: Tokenizer;
  /** Undefined where texts are not changed. */
  readonly normalization?: { readonly unicode: string; readonly newlines: string } | undefined;
}

/**
 * The tokenizer in the metadata of a model file or an export of ours. It is not trusted.
 *
 * @throws UserError `data` when it is missing or invalid
 */
export function tokenizerOfMetadata(path: string, metadata: ReadonlyMap<string, string>): TextToIds {
  const tokenizer = jsonAt(path, metadata, 'tokenizer');
  if (tokenizer === undefined)
    throw new UserError('data', `${path} has no tokenizer in its metadata: Textloom did not write it`);
  const config = jsonAt(path, metadata, 'config');
  const normalization = jsonAt(path, metadata, 'normalization') ?? memberOf(memberOf(config, 'corpus'), 'normalization');
  try {
    return { tokenizer: tokenizerFromJSON(tokenizer), normalization: checkedNormalization(path, normalization) };
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'model') throw error;
    throw new UserError('data', `${path}: ${error.message}`, { cause: error });
  }
}

function checkedNormalization(path: string, found: JsonValue | undefined): TextToIds['normalization'] {
  if (found === undefined) return undefined;
  const unicode = ['none', 'NFC', 'NFKC'].find((form) => form === (memberOf(found, 'unicode') ?? 'none'));
  const newlines = ['keep', 'lf'].find((choice) => choice === (memberOf(found, 'newlines') ?? 'keep'));
  if (unicode === undefined || newlines === undefined)
    throw new UserError('data', `${path}: the normalization in its metadata is not known to this version`);
  return unicode === 'none' && newlines === 'keep' ? undefined : { unicode, newlines };
}

function jsonAt(path: string, metadata: ReadonlyMap<string, string>, key: string): JsonValue | undefined {
  const text = metadata.get(key);
  if (text === undefined) return undefined;
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError('data', `the ${key} in the metadata of ${path} is broken: ${error.message}`, { cause: error });
  }
}
