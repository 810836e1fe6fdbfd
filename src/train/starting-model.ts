import { relative } from 'node:path';
import { resolveConfig } from '../config/resolve.js';
import type { ResolvedConfig, TokenizerConfig, TrainingConfig } from '../config/types.js';
import { fileDigest } from '../files/file-digest.js';
import { UserError } from '../foundation/errors.js';
import type { ParameterTable } from '../model/parameter-table.js';
import type { ModelOptions, ModelSpecification } from '../model/specification.js';
import {
  boundToVocabulary,
  isSameVocabulary,
  misfitsOf,
  sourceRows,
  transferParameters,
} from '../model/transfer-parameters.js';
import { modelSections } from '../run/model-sections.js';
import { readModel } from '../run/open-model.js';
import type { OpenCorpus } from '../text/corpus.js';
import { extendTokenizer } from '../text/extend-tokenizer.js';
import { makeTokenizer } from '../text/make-tokenizer.js';
import { tokenizerFromJSON } from '../text/tokenizers/index.js';
import { isOfBytes, type Tokenizer } from '../text/tokenizers/tokenizer.js';
import { UnknownCharacters } from '../text/tokenizers/unknown-characters.js';
import type { StartingPoint } from './events.js';
import { differencesWithin } from './resume.js';

type From = NonNullable<TrainingConfig['from']>;

/** The model from which a training run takes its weights. */
export interface StartingModel extends ReturnType<typeof readModel> {
  readonly from: From & { readonly sha256: string };
  /** The tokenizer without normalization: a corpus is normalized when it is read. */
  readonly rawTokenizer: Tokenizer;
}

/** @throws UserError `model` when there is no such model, `usage` when its digest is not the one in the config */
export async function openStartingModel(from: From): Promise<StartingModel> {
  const model = readModel(from.path);
  const sha256 = await fileDigest(model.path);
  if (from.sha256 !== undefined && from.sha256 !== sha256)
    throw new UserError(
      'usage',
      `training.from.sha256 is ${from.sha256}, and ${model.path} has ${sha256}: it is a different model. ` +
        'Restore the original file, or leave sha256 out',
    );
  return { ...model, from: { ...from, sha256 }, rawTokenizer: tokenizerFromJSON(model.tokenizer.toJSON()) };
}

/**
 * The tokenizer of a run that starts from a model; undefined where it is created from the text as for any other run.
 *
 * @throws UserError `usage` where the config states another tokenizer than that of the model, although the model's is kept
 */
export function startingTokenizer(
  { from, rawTokenizer }: StartingModel,
  { tokenizer }: ResolvedConfig,
  onNotice: (message: string) => void,
): Tokenizer | ((corpus: OpenCorpus) => Promise<Tokenizer>) | undefined {
  if (from.vocabulary === 'replace') return undefined;
  refuseOtherTokenizer(tokenizer, from);
  if (from.vocabulary === 'keep') return rawTokenizer;
  return async (corpus) =>
    extendTokenizer(rawTokenizer, await makeTokenizer(tokenizer, corpus.hasDocuments, corpus.read('train'), onNotice));
}

/** A kept vocabulary already exists, so the config's tokenizer section must describe it. Limits apply to the tokens that extend it. */
function refuseOtherTokenizer(stated: TokenizerConfig, { path, vocabulary }: From): void {
  const limits = vocabulary === 'extend' ? ['minimumCount', 'maximumSize'] : [];
  const section = modelSections(path).tokenizer;
  const its = resolveConfig({ corpus: { path }, tokenizer: section }, path).tokenizer;
  const keys = [...new Set([...Object.keys(stated), ...Object.keys(its)])].filter((key) => ![...limits, 'file'].includes(key));
  const valueAt = (tokenizer: TokenizerConfig, key: string) => new Map<string, unknown>(Object.entries(tokenizer)).get(key);
  const other = keys.find((key) => valueAt(stated, key) !== valueAt(its, key));
  if (other === undefined) return;
  const shown = (tokenizer: TokenizerConfig) => JSON.stringify(valueAt(tokenizer, other)) ?? 'not set';
  throw new UserError(
    'usage',
    `tokenizer.${other} is ${shown(stated)} and training.from.vocabulary is "${vocabulary}": the model in ${path} has ${shown(its)}. ` +
      'Leave the section tokenizer out to take over that of the model, or set training.from.vocabulary to replace',
  );
}

/** Adds advice to an error about characters that the kept vocabulary lacks. */
export function withVocabularyRemedy(error: unknown, { from }: StartingModel): unknown {
  if (!(error instanceof UserError && error.cause instanceof UnknownCharacters) || from.vocabulary !== 'keep') return error;
  const remedy =
    'It is that of the model, which is kept: set training.from.vocabulary to extend to add what the training text has.';
  return new UserError(error.kind, `${error.message} ${remedy}`, { cause: error.cause });
}

/** What a run takes over from the model in `training.from`. */
export interface Takeover {
  readonly point: StartingPoint;
  /** Notices about differences that the weights allow. */
  readonly notices: readonly string[];
  /** Copies the weights to initialized parameters, [table.arenaLength]. */
  fill(arena: Float32Array, table: ParameterTable): void;
}

/** @throws UserError `usage` where the weights do not fit, naming the keys that differ */
export function takeover(start: StartingModel, options: ModelOptions, tokenizer: Tokenizer): Takeover {
  const { from } = start;
  const { vocabularySize } = start.options;
  const path = nearby(start.path);
  const differences = differencesWithin(specificationOf(options), specificationOf(start.options), 'model').map(
    ({ path: key, now, was }) => `${key} is ${now}, the model has ${was}`,
  );
  const [misfit] = misfitsOf(start, options);
  if (misfit) {
    const { name, needed, found } = misfit;
    const why =
      found === undefined ? `it has no ${name}` : `its ${name} is ${found.join(' x ')}, and ${needed.join(' x ')} is needed`;
    const remedy = 'Leave the section model out to take over that of the model';
    throw new UserError('usage', `the weights of ${path} do not fit: ${why}. ${differences.join('; ')}. ${remedy}`);
  }
  const known = start.rawTokenizer.vocabulary;
  const sameTokens = start.rawTokenizer.type === tokenizer.type || [start.rawTokenizer, tokenizer].every(isOfBytes);
  const rows = sourceRows(tokenizer.vocabulary.tokens, sameTokens ? known.idOf : () => undefined);
  const bound = isSameVocabulary(rows, vocabularySize) ? [] : boundToVocabulary(options);
  if (bound.length > 0)
    throw new UserError(
      'usage',
      `training.from.vocabulary is "${from.vocabulary}" and model.head.type is "${options.head.type}": ${bound.join(', ')} ` +
        'cannot be taken over for another vocabulary; set training.from.vocabulary to keep',
    );
  const kept = rows.reduce((sum, row) => sum + (row >= 0 ? 1 : 0), 0);
  return {
    point: { path, sha256: from.sha256, kept, added: rows.length - kept, dropped: vocabularySize - kept },
    notices: differences.length === 0 ? [] : [`the weights of ${path} fit, but ${differences.join('; ')}`],
    fill: (arena, table) => transferParameters(start, arena, table, rows),
  };
}

/** A path relative to the current folder, unless it is far away. */
function nearby(path: string): string {
  const way = relative('', path);
  return way.startsWith('..') ? path : way;
}

function specificationOf({ embedding, layers, head }: ModelOptions): ModelSpecification {
  return { embedding, layers, head };
}
