import { basename } from 'node:path';
import { type Fail, UserError } from '../foundation/errors.js';
import type { JsonValue } from '../foundation/strict-json.js';
import { architectureOf } from '../model/architecture.js';
import { parameterTable } from '../model/parameter-table.js';
import { type ModelOptions, type ModelSpecification, modelOptions } from '../model/specification.js';
import type { ModelFile } from '../run/model-content.js';
import { byteTokenizer } from '../text/tokenizers/byte.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { assumptions, type CellHints, refuseIdleHints } from './cell-hints.js';
import { type ImportedTensor, importParameters } from './import-parameters.js';
import { type InferredModel, inferModel, statedModel } from './infer-model.js';
import { type Matched, matchNames, type NameMap } from './match-names.js';
import { type ListedTokenizer, readVocabulary } from './read-vocabulary.js';
import { readStateDict } from './state-dict.js';
import { type TextToIds, tokenizerOfMetadata } from './tokenizer-of-metadata.js';

export interface ImportOptions {
  /** Properties of the cell that names and shapes do not show, by the name of its option. */
  readonly hints?: CellHints | undefined;
  /** Names that the user gives; other names are guessed. */
  readonly map?: NameMap | undefined;
  /** The meaning of the ids. Default: the tokenizer in the metadata of an export of Textloom. */
  readonly vocabulary?: VocabularySource | undefined;
}

/**
 * A file (of a model, a `tokenizer.json`, or a list of tokens), with the type of its tokens where it is a list; or the 256 bytes,
 * optionally followed by `<eos>` for the ends of documents.
 */
export type VocabularySource = { readonly file: string; readonly type?: ListedTokenizer | undefined } | 'byte';

export interface ImportedModel {
  /** The model, for `writeModelFile`. */
  readonly file: ModelFile;
  readonly options: ModelOptions;
  readonly tokenizer: Tokenizer;
  /** The number of all parameters. */
  readonly parameters: number;
  readonly tensors: readonly ImportedTensor[];
  /** Assumptions, and the flags that change them. */
  readonly assumptions: readonly string[];
}

/**
 * Converts a PyTorch state dict to a Textloom model: embedding, torch.nn's LSTM, GRU or RNN, linear decoder. Names are matched, kind and
 * sizes follow from the shapes, and numbers are copied: half precision is widened, float64 is rounded.
 *
 * @param path a safetensors file. It is not trusted; memory is limited to a small multiple of its size
 * @throws UserError `model` for a file that is invalid or cannot be a Textloom model, `data` for an invalid vocabulary, `usage` for options
 *   that do not apply to the file
 */
export async function importModel(path: string, options: ImportOptions = {}): Promise<ImportedModel> {
  const { map = { names: new Map(), ignore: [] }, vocabulary, hints = {} } = options;
  const fail: Fail = (problem) => {
    throw new UserError('model', `${path}: ${problem}`);
  };
  const { metadata, tensors } = readStateDict(path);
  const stated = statedModel(metadata, hints);
  const matched = matchNames(tensors, map, namesOf(stated), fail);
  const decoder = matched.get('decoder.weight');
  // safetensors.torch.save_model omits one of two tied names and stores it in the metadata.
  const tied = decoder !== undefined && [...metadata.values()].includes(decoder.name);
  const inferred = stated ? withStated(stated, matched, fail) : inferModel(matched, hints, tied, fail);
  const { specification, vocabularySize } = inferred;
  refuseIdleHints(path, specification.layers, hints);
  const model = modelOptions(specification, vocabularySize, path);
  const table = parameterTable(model);
  const imported = importParameters(table, inferred, matched, fail);
  const { tokenizer, normalization } = await textToIds(path, metadata, vocabulary, vocabularySize);
  return {
    file: {
      config: {
        name: 'imported',
        ...(normalization && { corpus: { normalization: { ...normalization } } }),
        model: specification as unknown as JsonValue,
      },
      tokenizer: tokenizer.toJSON() as unknown as JsonValue,
      parameters: imported.parameters,
      training: { importedFrom: basename(path) },
    },
    options: model,
    tokenizer,
    parameters: table.count,
    tensors: imported.tensors,
    assumptions: stated ? [] : assumptions(specification.layers, hints),
  };
}

/** The names of the tensors of a model that an export describes. */
function namesOf(stated: ModelSpecification | undefined): ReadonlySet<string> {
  if (!stated) return new Set();
  return new Set(architectureOf({ vocabularySize: 1, ...stated }).parameters.map(({ name }) => name));
}

/** The described model with the size of its vocabulary, which is that of its embedding. */
function withStated(specification: ModelSpecification, matched: Matched, fail: Fail): InferredModel {
  const vocabularySize = matched.get('encoder.weight')?.shape[0] ?? fail('it has no encoder.weight');
  return { specification, vocabularySize, embedding: 'own' };
}

async function textToIds(
  path: string,
  metadata: ReadonlyMap<string, string>,
  source: VocabularySource | undefined,
  size: number,
): Promise<TextToIds> {
  const [name, read] = await readSource(path, metadata, source, size);
  const found = read.tokenizer.vocabulary.size;
  if (found === size) return read;
  throw new UserError('data', `${name} has ${found} tokens, and the model in ${path} has ${size}: the numbers must be equal`);
}

async function readSource(
  path: string,
  metadata: ReadonlyMap<string, string>,
  source: VocabularySource | undefined,
  size: number,
): Promise<[name: string, read: TextToIds]> {
  if (source === 'byte') return ['--tokenizer byte', { tokenizer: byteTokenizer({ documentEnd: size === 257 }) }];
  if (source) return [source.file, await readVocabulary(source.file, source.type)];
  if (metadata.get('producer') === 'textloom' && metadata.has('tokenizer')) return [path, tokenizerOfMetadata(path, metadata)];
  throw new UserError(
    'usage',
    `${path} does not say what its ${size} tokens are. Give --vocabulary FILE: one token a line, a list or map in JSON, a Hugging Face ` +
      'tokenizer.json, or the Textloom model that the vocabulary is of; or --tokenizer byte',
  );
}
