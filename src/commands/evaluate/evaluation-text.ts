import { resolveConfig } from '../../config/resolve.js';
import type { CorpusConfig } from '../../config/types.js';
import { createNativeSha256 } from '../../files/native-sha256.js';
import { UserError } from '../../foundation/errors.js';
import { memberOf } from '../../foundation/strict-json.js';
import type { ModelDescription } from '../../model/model-description.js';
import { memoryTokenSource, type TokenSource, tokenSource } from '../../text/batches.js';
import { documentEndText, type OpenCorpus, openCorpus, openPath, wholeSplit } from '../../text/corpus.js';
import { encodeToMemory } from '../../text/encode.js';
import { fileName } from '../../text/reading/read-file.js';
import type { ReadingOptions } from '../../text/reading/reading-options.js';
import { splitDigest } from '../../text/split-digest.js';
import { describeOrigin, type SplitName } from '../../text/splits.js';
import { tokenCacheFolder } from '../../text/token-cache/cache-folder.js';
import { tokenizeCorpus } from '../../text/token-cache/tokenize-corpus.js';
import type { UnknownPolicy } from '../../text/tokenizers/unknown-characters.js';
import { standardError } from '../../ui/output.js';
import { readableCorpus } from '../shared/readable-texts.js';
import { announceCorpus, corpusOfModel } from './model-corpus.js';

/** A text for evaluation, and its name. */
export interface EvaluationText {
  /** `the test split (fables.txt, characters 0 to 900)`, or the file. */
  readonly name: string;
  readonly split?: SplitName;
  /** Whether a split is unchanged since the training of the model, according to the model file. */
  readonly comparedWithTraining?: SplitComparison;
  /** The text of a document's end: a line end where each line is a document, else empty. */
  readonly documentEnd: string;
  /** The pieces of the text in order, with the ends of documents, read again at each call. */
  pieces(): AsyncIterable<string>;
  /** The whole text, for measurements that need it. */
  text(): Promise<string>;
  /**
   * Its token ids for a model, in memory, including those for the ends of documents, which are not in the text.
   * @throws UserError `data` when it has characters that the model's vocabulary lacks
   */
  encode(model: ModelDescription): Promise<EncodedText>;
  /**
   * Opens its tokens in memory that does not grow with the text: those of a large text are in the cache folder.
   * @throws UserError as `encode` does, and `disk` when the cache cannot be written
   */
  open(model: ModelDescription): Promise<OpenTokens>;
}

/**
 * `same`: unchanged since training. `changed`: another text; then the training split is unchanged, or is itself the requested one.
 * `unchecked`: the model file has no digest of it.
 */
export type SplitComparison = 'same' | 'changed' | 'unchecked';

/** The tokens of a text for a model. */
export interface OpenTokens {
  /** With the ends of documents, if the model was trained to reset its state there. */
  readonly source: TokenSource;
  close(): void;
}

/** Tokens that are all in memory. */
export interface EncodedText extends OpenTokens {
  readonly tokens: Int32Array;
}

/**
 * A split of the corpus in the model's own config. Its paths are relative to the folder in which the command is run, as in training.
 *
 * @param wanted default: the test split, or the validation split where there is no test split
 * @param memoryLimit see `openCorpus`
 * @param unknown how to handle characters that the model's vocabulary lacks. Default: they are refused, or are `<unk>`
 * @throws UserError `data` when the corpus or the split does not exist or is not a regular file, or when the corpus has changed so that the
 *   split may contain training text; `model` when the config cannot be used
 */
export async function corpusSplit(
  model: ModelDescription,
  wanted?: SplitName,
  memoryLimit?: number,
  unknown?: UnknownPolicy,
): Promise<EvaluationText> {
  const corpus = corpusOfModel(model);
  const split = wanted ?? (hasSplit(corpus, 'test') ? 'test' : 'validation');
  if (!hasSplit(corpus, split)) {
    const remedy = wanted ? 'Choose another --split, or give a TEXT' : 'Give a TEXT, or --split train';
    throw new UserError('data', `the corpus of ${model.path} has no ${split} split. ${remedy}.`);
  }
  let opened: OpenCorpus;
  let name: string;
  try {
    await announceCorpus(model, corpus, split);
    opened = await openCorpus(corpus, memoryLimit);
    name = `the ${split} split (${describeOrigin((await opened.origins())[split]!)})`;
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'data') throw error;
    const advice = 'Run the command where the model was trained, or give a TEXT.';
    throw new UserError('data', `${error.message}. The config of the model names this file. ${advice}`, { cause: error });
  }
  const comparedWithTraining = await compareWithTraining(model, opened, split, name, () =>
    announceCorpus(model, corpus, 'train'),
  );
  const readable = readableCorpus(opened, model.tokenizer, unknown, name, tell);
  return { ...evaluationText(readable, split, name + changes(unknown), corpus), split, comparedWithTraining };
}

async function compareWithTraining(
  model: ModelDescription,
  corpus: OpenCorpus,
  split: SplitName,
  name: string,
  announceTraining: () => Promise<void>,
): Promise<SplitComparison> {
  const isAsBefore = async (other: SplitName) => {
    const digest = memberOf(memberOf(model.training, 'splitDigests'), other);
    return digest === undefined ? undefined : digest === (await splitDigest(corpus, other, createNativeSha256));
  };
  const same = await isAsBefore(split);
  if (same === undefined) return 'unchecked';
  if (same) return 'same';
  // A changed split is still separate from the training text if the training split is unchanged.
  if (split === 'train') return 'changed';
  await announceTraining();
  if (await isAsBefore('train')) return 'changed';
  throw new UserError(
    'data',
    `${name} is not the text that was held out when ${model.path} was trained: the corpus has changed since, and this part may ` +
      'contain training text. Restore the corpus, or give a TEXT, which is measured without this check.',
  );
}

function hasSplit(corpus: CorpusConfig, split: SplitName): boolean {
  return 'path' in corpus ? corpus.split[split] > 0 : corpus[split] !== undefined;
}

/**
 * The text at a path, read as the model's own corpus was: a file, a folder, a pattern, or - for standard input; .gz and .jsonl files as in
 * a corpus.
 *
 * @param unknown see {@link corpusSplit}
 * @throws UserError `data` when it cannot be read
 */
export async function textOfPath(model: ModelDescription, path: string, unknown?: UnknownPolicy): Promise<EvaluationText> {
  const reading = readingOf(model);
  const corpus = await openPath(path, reading);
  const name = fileName(path);
  const { documents = 'none' } = reading;
  const readable = readableCorpus(corpus, model.tokenizer, unknown, name, tell);
  return evaluationText(readable, 'test', name + changes(unknown), { documents, cache: 'auto' });
}

/** A note about a text that is changed before it is read. */
const changes = (unknown: UnknownPolicy | undefined) =>
  unknown === 'skip' || unknown === 'replace' ? ` (--unknown ${unknown})` : '';

const tell = (message: string) => void standardError.line(message);

/** @param reading how the corpus was read, and where its tokens are stored: see `tokenCacheFolder` */
function evaluationText(
  corpus: OpenCorpus,
  split: SplitName,
  name: string,
  { documents, cache }: Pick<ReadingOptions, 'documents'> & { cache: string },
): EvaluationText {
  const documentEnd = documentEndText({ documents });
  const encode = async (model: ModelDescription): Promise<EncodedText> => {
    const { tokens, documentEnds } = (await readFor(model, name, () => encodeToMemory(corpus, model.tokenizer, split)))[split]!;
    const source = memoryTokenSource(tokens, resetsState(model) ? documentEnds : undefined);
    return { tokens, source, close() {} };
  };
  return {
    name,
    documentEnd,
    async *pieces() {
      for await (const { text, endsDocument } of corpus.read(split)) yield endsDocument ? text + documentEnd : text;
    },
    text: () => wholeSplit(corpus, split, documentEnd),
    encode,
    async open(model) {
      const folder = isSmall(corpus, split) ? undefined : tokenCacheFolder(cache, false);
      if (folder === undefined) return encode(model);
      const options = { tokenizer: model.tokenizer, marksDocumentEnds: resetsState(model), cache: folder, onNotice: tell };
      const { splits, close } = await readFor(model, name, () => tokenizeCorpus(corpus, options));
      return { source: tokenSource(splits[split]!), close };
    },
  };
}

/** Whether the text from which a split is taken fits into memory. */
function isSmall({ texts, splits, inMemory }: OpenCorpus, split: SplitName): boolean {
  return texts.length === 1 ? inMemory : texts[splits.indexOf(split)]!.inMemory;
}

/** Whether the model was trained to begin each document with a zero state. */
export function resetsState(model: ModelDescription): boolean {
  const { resetState, sequences } = readingOf(model);
  return resetState === true || sequences === 'documents';
}

/** Encodes a text. An error about the vocabulary names the text and the model. */
async function readFor<T>({ path }: ModelDescription, name: string, encode: () => Promise<T>): Promise<T> {
  try {
    return await encode();
  } catch (error) {
    const unknown = error instanceof UserError && error.cause instanceof UserError ? error.cause : undefined;
    if (unknown === undefined) throw error;
    throw new UserError('data', `${name} cannot be read by ${path}: ${unknown.message}`, { cause: error });
  }
}

/** How the texts of the model's corpus were read; the defaults where its config does not say or cannot be used. */
function readingOf({ config }: ModelDescription): Partial<ReadingOptions & { resetState: boolean }> {
  try {
    return resolveConfig(config).corpus;
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}
