import { metadataJson } from '../checkpoint/model-file.js';
import { type JsonValue, printable, stringifyStrictJson } from '../checkpoint/strict-json.js';
import { UserError } from '../errors.js';
import { modelOptions } from '../model/model-options.js';
import type { ModelOptions } from '../model/parameter-table.js';
import { readMetadata } from '../onnx/metadata.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { tokenizerFromJSON } from '../text/tokenizers/tokenizer-state.js';

/** Raised whenever an exported file of the new kind could not be used rightly by the program of the day before. */
const FORMAT_VERSION = 1;

/** What an exported .onnx file says of itself: with it the file stands alone. */
export interface OnnxModelInfo {
  readonly options: ModelOptions;
  readonly tokenizer: Tokenizer;
  /** The resolved config as the file has it; only its model section has been looked at. */
  readonly config: Readonly<Record<string, JsonValue>>;
  /** How the model came about; empty when the file says nothing. */
  readonly training: Readonly<Record<string, JsonValue>>;
  /** `operators` or `scan`, and `float32`, `float16` or `int8`, as the file has them. */
  readonly form: string;
  readonly precision: string;
}

/** What goes into the metadata beside what a model file has. */
interface Description {
  readonly config: JsonValue;
  readonly tokenizer: JsonValue;
  readonly training: JsonValue;
  readonly form: string;
  readonly precision: string;
  /** SHA-256 of the float32 parameters in the order of the table, so that two files of one model can be told. */
  readonly parametersDigest: string;
}

/** The `metadata_props` of an exported file. */
export function onnxMetadata({ config, tokenizer, training, form, precision, parametersDigest }: Description) {
  return {
    'textloom.formatVersion': String(FORMAT_VERSION),
    'textloom.form': form,
    'textloom.precision': precision,
    'textloom.config': stringifyStrictJson(config),
    'textloom.tokenizer': stringifyStrictJson(tokenizer),
    'textloom.training': stringifyStrictJson(training),
    'textloom.parameters.sha256': parametersDigest,
  };
}

/**
 * Reads what an exported file says of itself. Nothing in it is trusted.
 *
 * @param path what error messages call the file
 * @param bytes the whole file
 * @throws UserError `model` when it is no ONNX model, none of Textloom's, of a newer format, or wrong in what it says
 * @public
 */
export function readOnnxModelInfo(path: string, bytes: Uint8Array): OnnxModelInfo {
  const metadata = metadataOf(path, bytes);
  const version = metadata.get('textloom.formatVersion');
  if (version === undefined)
    throw new UserError(
      'model',
      `${path} is an ONNX model, but not one of Textloom's: write one with textloom export MODEL --to onnx`,
    );
  if (!/^[1-9]\d{0,8}$/.test(version) || Number(version) > FORMAT_VERSION) {
    const known = `this Textloom reads versions up to ${FORMAT_VERSION}`;
    throw new UserError('model', `${path} has format version ${printable(version)}, ${known}; update Textloom to read it`);
  }
  const config = metadataJson(path, metadata, 'textloom.config');
  if (!isMap(config)) throw new UserError('model', `${path}: its config is not a map`);
  const tokenizer = tokenizerOf(path, metadataJson(path, metadata, 'textloom.tokenizer'));
  const training = metadata.has('textloom.training') ? metadataJson(path, metadata, 'textloom.training') : {};
  return {
    options: modelOptions(config.model, tokenizer.vocabulary.size, path),
    tokenizer,
    config,
    training: isMap(training) ? training : {},
    form: metadata.get('textloom.form') ?? 'unknown',
    precision: metadata.get('textloom.precision') ?? 'unknown',
  };
}

function metadataOf(path: string, bytes: Uint8Array): Map<string, string> {
  try {
    return readMetadata(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError('model', `${path} cannot be read as an ONNX model: ${error.message}`, { cause: error });
  }
}

function tokenizerOf(path: string, state: JsonValue): Tokenizer {
  try {
    return tokenizerFromJSON(state);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('model', `${path}: ${error.message}`, { cause: error });
  }
}

function isMap(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
