import { UserError } from '../foundation/errors.js';
import { isJsonMap, type JsonValue } from '../foundation/strict-json.js';
import { type Normalization, plainReading } from '../text/reading/reading-options.js';
import { tokenizerFromJSON } from '../text/tokenizers/index.js';
import { normalizing } from '../text/tokenizers/normalizing.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { architectureOf } from './architecture.js';
import { type ModelOptions, modelOptions } from './specification.js';

type JsonMap = Readonly<Record<string, JsonValue>>;

/** What a model file says about its model. */
export interface ModelDescription {
  /** The file that it was read from. */
  readonly path: string;
  readonly options: ModelOptions;
  readonly tokenizer: Tokenizer;
  /** The resolved config as it is in the file; only its model section has been checked. */
  readonly config: JsonMap;
  /** How the model was trained (step, losses, ...), as it is in the file; empty when the file does not say. */
  readonly training: JsonMap;
}

/** The documents of a model file. They are not trusted. */
interface Documents {
  readonly config: JsonValue;
  readonly tokenizer: JsonValue;
  readonly training?: JsonValue;
}

/** @throws UserError `model` naming the file and what is wrong in it */
export function modelDescription(path: string, { config, tokenizer: state, training }: Documents): ModelDescription {
  if (!isJsonMap(config)) throw new UserError('model', `${path}: its config is not a map`);
  const tokenizer = forCorpus(tokenizerOf(path, state), path, config);
  const options = modelOptions(config.model, tokenizer.vocabulary.size, path);
  checkArchitecture(path, options);
  return { path, options, tokenizer, config, training: isJsonMap(training) ? training : {} };
}

/** Parts of a model can have limits that depend on each other's sizes, so the whole architecture is checked. */
function checkArchitecture(path: string, options: ModelOptions): void {
  try {
    architectureOf(options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('model', `${path}: ${error.message}`, { cause: error });
  }
}

function tokenizerOf(file: string, state: JsonValue): Tokenizer {
  try {
    return tokenizerFromJSON(state);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('model', `${file}: ${error.message}`, { cause: error });
  }
}

/** The tokenizer for texts that are read as the model's corpus was. */
function forCorpus(tokenizer: Tokenizer, file: string, config: JsonMap): Tokenizer {
  const hasDocuments = isJsonMap(config.corpus) && (config.corpus.documents ?? 'none') !== 'none';
  // An imported vocabulary may have a token for the end of a document that this model was not trained with.
  const known = hasDocuments || tokenizer.type !== 'bpe' ? tokenizer : { ...tokenizer, documentEndId: undefined };
  return normalizing(known, normalizationOf(file, config));
}

/**
 * Whether the model was trained on documents that are independent sequences: each text that it reads or writes begins after the token that
 * ends a document, with a zero state, and ends with this token.
 */
export function hasIndependentDocuments({ config, tokenizer }: Pick<ModelDescription, 'config' | 'tokenizer'>): boolean {
  return isJsonMap(config.corpus) && config.corpus.sequences === 'documents' && tokenizer.documentEndId !== undefined;
}

/** How the model's corpus was normalized. Files of earlier versions do not say; their corpora were not normalized. */
function normalizationOf(file: string, { corpus }: JsonMap): Normalization {
  const plain = plainReading.normalization;
  const found = isJsonMap(corpus) ? corpus.normalization : undefined;
  if (found === undefined) return plain;
  const { unicode = plain.unicode, newlines = plain.newlines } = isJsonMap(found) ? found : { unicode: found };
  const known = ['none', 'NFC', 'NFKC'].includes(unicode as string) && ['keep', 'lf'].includes(newlines as string);
  if (!known) throw new UserError('model', `${file}: the corpus.normalization in its config is not known to this version`);
  return { ...plain, unicode, newlines } as Normalization;
}
