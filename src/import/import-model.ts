import { basename } from 'node:path';
import type { ModelFile } from '../checkpoint/model-file.js';
import type { JsonValue } from '../checkpoint/strict-json.js';
import { UserError } from '../errors.js';
import { modelOptions } from '../model/model-options.js';
import { type ModelOptions, parameterTable } from '../model/parameter-table.js';
import { byteTokenizer } from '../text/tokenizers/byte.js';
import type { Tokenizer } from '../text/tokenizers/tokenizer.js';
import { assumptions, type CellHints, hintsOf, refuseIdleHints } from './cell-hints.js';
import { type ImportedTensor, importParameters } from './import-parameters.js';
import { inferModel } from './infer-model.js';
import { matchNames, type NameMap } from './match-names.js';
import { type ListedTokenizer, readVocabulary } from './read-vocabulary.js';
import { type Fail, readStateDict } from './state-dict.js';
import { type TextToIds, tokenizerOfMetadata } from './tokenizer-of-metadata.js';

export interface ImportOptions extends CellHints {
  /** Names that are not to be guessed. */
  readonly map?: NameMap | undefined;
  /** What the ids mean. Default: what an export of Textloom's has in its metadata. */
  readonly vocabulary?: VocabularySource | undefined;
}

/**
 * A file, with the type of its tokens where it is a bare list (see {@link readVocabulary}); or the 256 bytes, after which there may be
 * `<eos>` for the ends of documents.
 */
export type VocabularySource = { readonly file: string; readonly type?: ListedTokenizer | undefined } | 'byte';

export interface ImportedModel {
  /** To be written by `writeModelFile`. */
  readonly file: ModelFile;
  readonly options: ModelOptions;
  readonly tokenizer: Tokenizer;
  /** Numbers in all. */
  readonly parameters: number;
  readonly tensors: readonly ImportedTensor[];
  /** What was taken for granted, and the flag that says otherwise. */
  readonly assumptions: readonly string[];
}

/**
 * Makes a Textloom model of a PyTorch state dict: embedding, torch.nn's LSTM, GRU or RNN, linear decoder. Names are matched, kind and
 * sizes read off the shapes, and the numbers taken over as they are: half precision is widened, float64 rounded.
 *
 * @param path a safetensors file. It is not trusted, and costs no more memory than a small multiple of its size.
 * @throws UserError `model` for what is wrong with the file or cannot be a Textloom model, `data` for what is wrong with the vocabulary,
 *   `usage` for options that do not go with what the file is.
 */
export async function importModel(path: string, options: ImportOptions = {}): Promise<ImportedModel> {
  const { map = { names: new Map(), ignore: [] }, vocabulary, nonlinearity, reset } = options;
  const fail: Fail = (problem) => {
    throw new UserError('model', `${path}: ${problem}`);
  };
  const { metadata, tensors } = readStateDict(path);
  const matched = matchNames(tensors, map, fail);
  const said = hintsOf(metadata);
  const hints: CellHints = { nonlinearity: nonlinearity ?? said.nonlinearity, reset: reset ?? said.reset };
  const decoder = matched.get('decoder.weight');
  // safetensors.torch.save_model leaves out one of two tied names, and keeps it as a key of the other.
  const tied = decoder !== undefined && [...metadata.values()].includes(decoder.name);
  const inferred = inferModel(matched, hints, tied, fail);
  refuseIdleHints(path, inferred, options);

  const { cell, layers, vocabularySize, embeddingSize, hiddenSize, tieWeights } = inferred;
  const section = { cell, layers, embeddingSize, hiddenSize, dropout: 0, tieWeights };
  const model = modelOptions(section, vocabularySize, path);
  const table = parameterTable(model);
  const imported = importParameters(table, inferred, matched, fail);
  const { tokenizer, normalization } = await textToIds(path, metadata, vocabulary, vocabularySize);
  return {
    file: {
      config: { name: 'imported', ...(normalization && { corpus: { normalization: { ...normalization } } }), model: section },
      tokenizer: tokenizer.toJSON() as unknown as JsonValue,
      parameters: imported.parameters,
      training: { importedFrom: basename(path) },
    },
    options: model,
    tokenizer,
    parameters: table.count,
    tensors: imported.tensors,
    assumptions: assumptions(inferred, hints),
  };
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
