import { statSync } from 'node:fs';
import type { ReadTensor } from '../../files/safetensors-content.js';
import type { Dtype } from '../../files/safetensors-header.js';
import { readSafetensors } from '../../files/safetensors-reader.js';
import { UserError } from '../../foundation/errors.js';
import { isJsonMap, type JsonValue } from '../../foundation/strict-json.js';
import { parameterTable } from '../../model/parameter-table.js';
import { type ModelOptions, modelOptions } from '../../model/specification.js';
import { modelFormatVersion, modelOf } from '../../run/model-content.js';
import { describeNoModel } from '../../run/recognize.js';
import { isScaleTensor } from '../../run/row-scales.js';
import { tokenizerFromJSON } from '../../text/tokenizers/index.js';
import type { TokenizerState, TokenizerType } from '../../text/tokenizers/tokenizer.js';
import { type TensorStatistics, tensorStatistics } from './tensor-statistics.js';

type JsonMap = Readonly<Record<string, JsonValue>>;

export interface TensorFacts extends TensorStatistics {
  readonly name: string;
  readonly shape: readonly number[];
  /** The type in the file; statistics of half precision and of 8 bits are computed after widening. */
  readonly dtype: Dtype;
}

export interface TokenizerFacts {
  readonly type: TokenizerType;
  readonly size: number;
  /** Its settings, without the lists. */
  readonly settings: JsonMap;
  /** A sample of tokens from the whole vocabulary, by id; with `--vocabulary` all of them. */
  readonly tokens: Readonly<Record<number, string>>;
}

/** The contents of a model file. */
export interface ModelFacts {
  readonly path: string;
  /** `model`, `checkpoint` and `export` (.onnx) are Textloom's own files; `tensors` is any other safetensors file. */
  readonly kind: 'model' | 'checkpoint' | 'export' | 'tensors';
  readonly bytes: number;
  readonly formatVersion?: number;
  /** For an export: `operators` or `scan`, and `float32`, `float16` or `int8`. */
  readonly form?: string;
  readonly precision?: string;
  /** Whether the file contains a SHA-256 of its content. A wrong one is an error. */
  readonly digest: 'matches' | 'absent';
  readonly model?: ModelOptions;
  /** Numbers in all tensors of the model, except those in buffers. */
  readonly parameters: number;
  /** Numbers in buffers, which are not trained; absent where there are none. */
  readonly buffers?: number;
  readonly tensors: readonly TensorFacts[];
  /** Numbers that only a resumed training needs: moments of the optimizer and the hidden state. */
  readonly trainerNumbers?: number;
  readonly tokenizer?: TokenizerFacts;
  readonly training?: JsonValue;
  readonly config?: JsonValue;
  /** The metadata of a file that is not Textloom's. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The number of sampled tokens. */
const SAMPLE = 24;

/**
 * Reads a whole file.
 *
 * @param options.vocabulary whether to list all tokens
 * @throws UserError `model` when it cannot be read, is damaged, or is an invalid model
 */
export function inspectModel(path: string, { vocabulary }: { readonly vocabulary: boolean }): ModelFacts {
  const problem = describeNoModel(path);
  if (problem !== undefined) throw new UserError('model', problem);
  const { metadata, tensors } = readSafetensors(path, { digest: 'optional' });
  const file = {
    path,
    bytes: statSync(path).size,
    digest: metadata.has('sha256') ? ('matches' as const) : ('absent' as const),
  };
  if (metadata.get('format') !== 'textloom') {
    if (vocabulary)
      throw new UserError('model', `${path} is a safetensors file, but not a Textloom model: it has no vocabulary`);
    return { ...file, kind: 'tensors', ...tensorFacts(tensors), metadata: Object.fromEntries(metadata) };
  }
  const { config, tokenizer: state, parameters, training } = modelOf(path, metadata, tensors);
  const values = new Map(parameters.map(({ name, data }) => [name, data]));
  const trainer = tensors.filter((tensor) => !values.has(tensor.name) && !isScaleTensor(tensor));
  const tokenizer = tokenizerFacts(path, state, vocabulary);
  const model = modelOptions(isJsonMap(config) ? config.model : undefined, tokenizer.size, path);
  const own = tensorFacts(
    tensors.flatMap((tensor) => {
      const data = values.get(tensor.name);
      return data ? [{ ...tensor, data }] : [];
    }),
  );
  const { bufferCount } = parameterTable(model);
  return {
    ...file,
    kind: metadata.has('trainer') ? 'checkpoint' : 'model',
    formatVersion: Number(metadata.get('formatVersion') ?? modelFormatVersion),
    model,
    ...own,
    parameters: own.parameters - bufferCount,
    ...(bufferCount > 0 && { buffers: bufferCount }),
    ...(trainer.length > 0 && { trainerNumbers: trainer.reduce((sum, { data }) => sum + data.length, 0) }),
    tokenizer,
    ...(training !== undefined && { training }),
    config,
  };
}

function tensorFacts(tensors: readonly ReadTensor[]) {
  return {
    parameters: tensors.reduce((sum, { data }) => sum + data.length, 0),
    tensors: tensors.map(({ name, shape, dtype, data }) => ({ name, shape, dtype, ...tensorStatistics(data) })),
  };
}

/** @throws UserError `model` for an invalid state */
export function tokenizerFacts(path: string, state: JsonValue, all: boolean): TokenizerFacts {
  try {
    const tokenizer = tokenizerFromJSON(state);
    const { size } = tokenizer.vocabulary;
    const { type, settings } = settingsOf(tokenizer.toJSON());
    const ids = all || size <= SAMPLE ? size : SAMPLE;
    const entries = Array.from({ length: ids }, (_, i) => {
      const id = Math.floor((i * size) / ids);
      return [id, tokenizer.vocabulary.tokenOf(id)] as const;
    });
    return { type, size, settings, tokens: Object.fromEntries(entries) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('model', `${path}: ${error.message}`, { cause: error });
  }
}

function settingsOf({ type, ...rest }: TokenizerState): { type: TokenizerType; settings: JsonMap } {
  const settings = Object.entries(rest).filter(([, value]) => !Array.isArray(value));
  return { type, settings: Object.fromEntries(settings) };
}
