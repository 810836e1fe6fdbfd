import { UserError } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { type JsonValue, stringifyStrictJson } from '../foundation/strict-json.js';
import { type ModelDescription, modelDescription } from '../model/model-description.js';
import { readMetadata } from '../onnx/metadata.js';
import { isSealed } from '../onnx/seal.js';
import { metadataJson } from './model-content.js';

/** Increment when older releases would refuse or misread new files. Version 2: an operator may have a name. */
const FORMAT_VERSION = 2;

/** The metadata of an exported .onnx file. The file needs no other file. */
export interface OnnxModelInfo extends ModelDescription {
  /** `operators` or `scan`, and `float32`, `float16` or `int8`, as in the file. */
  readonly form: string;
  readonly precision: string;
}

/** The metadata, besides that of a model file. */
interface Description {
  readonly config: JsonValue;
  readonly tokenizer: JsonValue;
  readonly training: JsonValue;
  readonly form: string;
  readonly precision: string;
  /** SHA-256 of the float32 parameters in the order of the table: identifies files of the same model. */
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
 * Reads the metadata of an exported file. Nothing in it is trusted.
 *
 * @param path the name of the file in error messages
 * @param bytes the whole file
 * @throws UserError `model` when it is not an ONNX model, not one of Textloom's, of a newer format, damaged, or has invalid metadata
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
    throw new UserError('model', `${path} has format version ${quotedName(version)}, ${known}; update Textloom to read it`);
  }
  if (!isSealed(bytes))
    throw new UserError(
      'model',
      `${path} was cut short, damaged or changed after it was exported: it does not end with the SHA-256 of its content`,
    );
  return {
    ...modelDescription(path, {
      config: metadataJson(path, metadata, 'textloom.config'),
      tokenizer: metadataJson(path, metadata, 'textloom.tokenizer'),
      training: metadataJson(path, metadata, 'textloom.training'),
    }),
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
