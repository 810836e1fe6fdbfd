/**
 * A model as one safetensors file with everything that sampling and evaluation need. The weights are its tensors; the config and the
 * tokenizer are JSON in its metadata. This file does not interpret them; `config/` and `text/tokenizers/` check them.
 */

import { encodeSafetensors, parseSafetensors } from '../files/safetensors-bytes.js';
import type { ReadSafetensorsOptions, ReadTensor } from '../files/safetensors-content.js';
import { UserError } from '../foundation/errors.js';
import { quotedName } from '../foundation/printable.js';
import { type JsonValue, parseStrictJson, stringifyStrictJson } from '../foundation/strict-json.js';
import { isScaleTensor, widenedRows } from './row-scales.js';

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

/** What is read of a model, or of the model in a checkpoint. */
export const readingModel: ReadSafetensorsOptions = { digest: 'required', select: (name) => !isTrainerTensor(name) };

/**
 * The model in the bytes of a model file or a checkpoint, with the checks of a file on a disk.
 * @param name of the file, for errors
 * @throws UserError `model` when they are damaged, not Textloom's or of a newer format
 */
export function parseModelFile(bytes: Uint8Array, name: string): ModelFile {
  const { metadata, tensors } = parseSafetensors(bytes, name, readingModel);
  return modelOf(name, metadata, tensors);
}

/** The bytes of a model file, as `writeModelFile` writes them. */
export function encodeModelFile(model: ModelFile): Uint8Array<ArrayBuffer> {
  return encodeSafetensors('the model', modelTensors(model), modelMetadata(model));
}

/** Whether a tensor is one that only a checkpoint has: readers of models ignore it. */
function isTrainerTensor(name: string): boolean {
  return name.startsWith('optimizer.') || name.startsWith('state.');
}

/** The parameters of a model, after a check that none has a name reserved for the trainer. */
export function modelTensors({ parameters }: ModelFile): readonly Parameter[] {
  const taken = parameters.find((parameter) => isTrainerTensor(parameter.name) || isScaleTensor(parameter));
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
    parameters: parametersOf(
      path,
      tensors.filter(({ name }) => !isTrainerTensor(name)),
    ),
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

function parametersOf(path: string, tensors: readonly ReadTensor[]): Parameter[] {
  const scales = new Map(tensors.filter(isScaleTensor).map((tensor) => [tensor.name, tensor]));
  const parameters = tensors
    .filter((tensor) => !isScaleTensor(tensor))
    .map((tensor): Parameter => {
      const { name, shape, data, dtype } = tensor;
      if (data instanceof Float32Array) return { name, shape, data };
      if (data instanceof Int8Array) return { name, shape, data: widenedRows(path, { name, shape, data }, scales) };
      throw new UserError(
        'model',
        `parameter ${quotedName(name)} of ${path} is of dtype ${dtype}; parameters are F32, F16, BF16, or I8 with scales`,
      );
    });
  const [idle] = scales.keys();
  if (idle !== undefined)
    throw new UserError('model', `${path} has ${quotedName(idle)} without the I8 parameter that it scales`);
  return parameters;
}
