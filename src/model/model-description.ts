import { UserError } from '../foundation/errors.js';
import { isJsonMap, type JsonValue } from '../foundation/strict-json.js';
import { type Normalization, plainReading } from '../text/reading/reading-options.js';
import { tokenizerFromJSON } from '../text/tokenizers/index.js';
import { normalizing } from '../text/tokenizers/normalizing.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { architectureOf } from './architecture.js';
import { type ModelOptions, modelOptions } from './specification.js';

type JsonMap = Readonly<Record<string, JsonValue>>;

/** What a file says of the trained model in it. */
export interface ModelDescription {
  /** The file that it was read from. */
  readonly path: string;
  readonly options: ModelOptions;
  readonly tokenizer: Tokenizer;
  /** The resolved config as the file has it; only its model section has been looked at. */
  readonly config: JsonMap;
  /** How the model came about (step, losses, ...), as the file has it; empty when it says nothing. */
  readonly training: JsonMap;
}

/** The documents of a file, of which nothing is trusted. */
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

/** Parts of a model may have limits that depend on each other's sizes. */
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

/** The tokenizer for texts that are to be read as the model's corpus was. */
function forCorpus(tokenizer: Tokenizer, file: string, config: JsonMap): Tokenizer {
  const hasDocuments = isJsonMap(config.corpus) && (config.corpus.documents ?? 'none') !== 'none';
  // A vocabulary that others have made may have a token for the end of a document which this model has never seen.
  const known = hasDocuments || tokenizer.type !== 'bpe' ? tokenizer : { ...tokenizer, documentEndId: undefined };
  return normalizing(known, normalizationOf(file, config));
}

/** What the model's corpus was normalised to; models of earlier versions do not say, and changed nothing. */
function normalizationOf(file: string, { corpus }: JsonMap): Normalization {
  const plain = plainReading.normalization;
  const found = isJsonMap(corpus) ? corpus.normalization : undefined;
  if (found === undefined) return plain;
  const { unicode = plain.unicode, newlines = plain.newlines } = isJsonMap(found) ? found : { unicode: found };
  const known = ['none', 'NFC', 'NFKC'].includes(unicode as string) && ['keep', 'lf'].includes(newlines as string);
  if (!known) throw new UserError('model', `${file}: the corpus.normalization in its config is none that this version knows`);
  return { ...plain, unicode, newlines } as Normalization;
}
