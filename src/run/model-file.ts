/**
 * A model file: one safetensors file with everything that sampling and evaluation need. The weights are its tensors; the config and the
 * tokenizer are JSON in its metadata. This file does not interpret them; `config/` and `text/tokenizers/` check them.
 */

import type { AtomicWriteOptions } from '../files/atomic-file.js';
import { type ReadTensor, readSafetensors } from '../files/safetensors-reader.js';
import { writeSafetensors } from '../files/safetensors-writer.js';
import { UserError } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { type JsonValue, parseStrictJson, stringifyStrictJson } from '../foundation/strict-json.js';

/** Increment when older releases would misread new files. */
export const modelFormatVersion = 1;

/** A parameter by its PyTorch name (`rnn.weight_ih_l0`), row-major. */
export interface Parameter {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

export interface ModelFile {
  /** The resolved config. */
  config: JsonValue;
  tokenizer: JsonValue;
  parameters: readonly Parameter[];
  /** How the model was trained (step, losses, ...), for people who inspect the file. */
  training?: JsonValue;
}

/** A file of a later format. It is not damaged, so it must not be replaced. */
export class NewerFormatError extends UserError {
  constructor(path: string, found: string) {
    super(
      'model',
      `${path} has format version ${quotedName(found)}, this Textloom reads versions up to ${modelFormatVersion}: ` +
        'it was written by a newer one; update Textloom to read it',
    );
  }
}

/**
 * Writes a model file atomically.
 *
 * @throws UserError `disk` when the operating system refuses; the previous file is then unchanged
 */
export function writeModelFile(path: string, model: ModelFile, options?: AtomicWriteOptions): void {
  writeSafetensors(path, modelTensors(model), modelMetadata(model), options);
}

/**
 * Reads a model file, or the model in a checkpoint. Parameters in half precision are widened.
 *
 * @throws UserError `model` when the file is missing, damaged, not Textloom's or of a newer format
 */
export function readModelFile(path: string): ModelFile {
  const { metadata, tensors } = readSafetensors(path, { digest: 'required', select: (name) => !isTrainerTensor(name) });
  return modelOf(path, metadata, tensors);
}

/** Whether a tensor is one that only a checkpoint has: readers of models ignore it. */
function isTrainerTensor(name: string): boolean {
  return name.startsWith('optimizer.') || name.startsWith('state.');
}

/** The parameters of a model, after a check that none has a name reserved for the trainer. */
export function modelTensors({ parameters }: ModelFile): readonly Parameter[] {
  const taken = parameters.find(({ name }) => isTrainerTensor(name));
  if (taken) throw new Error(`a parameter cannot be called ${taken.name}`);
  return parameters;
}

export function modelMetadata({ config, tokenizer, training }: ModelFile): Record<string, string> {
  return {
    format: 'textloom',
    formatVersion: String(modelFormatVersion),
    config: stringifyStrictJson(config),
    tokenizer: stringifyStrictJson(tokenizer),
    ...(training !== undefined && { training: stringifyStrictJson(training) }),
  };
}

/** The model in the tensors and metadata of a file, without the trainer's tensors; checks the format and its version first. */
export function modelOf(path: string, metadata: ReadonlyMap<string, string>, tensors: readonly ReadTensor[]): ModelFile {
  if (metadata.get('format') !== 'textloom')
    throw new UserError('model', `${path} is a safetensors file, but not a Textloom model`);
  const version = metadata.get('formatVersion') ?? '';
  if (!/^[1-9]\d{0,8}$/.test(version))
    throw new UserError('model', `${path} has the format version ${quotedName(version)}, not a number`);
  if (Number(version) > modelFormatVersion) throw new NewerFormatError(path, version);
  const training = metadata.has('training') ? metadataJson(path, metadata, 'training') : undefined;
  return {
    config: metadataJson(path, metadata, 'config'),
    tokenizer: metadataJson(path, metadata, 'tokenizer'),
    parameters: tensors.filter(({ name }) => !isTrainerTensor(name)).map((tensor) => parameterOf(path, tensor)),
    ...(training !== undefined && { training }),
  };
}

/** One of the JSON documents in the metadata. */
export function metadataJson(path: string, metadata: ReadonlyMap<string, string>, key: string): JsonValue {
  const text = metadata.get(key);
  if (text === undefined) throw new UserError('model', `${path} has no ${key} in its metadata`);
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError('model', `the ${key} in the metadata of ${path} is broken: ${error.message}`);
  }
}

function parameterOf(path: string, { name, shape, data, dtype }: ReadTensor): Parameter {
  if (data instanceof Float32Array) return { name, shape, data };
  throw new UserError(
    'model',
    `parameter ${quotedName(name)} of ${path} is of dtype ${dtype}; parameters are F32, F16 or BF16`,
  );
}
