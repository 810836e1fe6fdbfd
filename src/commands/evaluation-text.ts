import { resolveConfig } from '../config/resolve.js';
import type { CorpusConfig } from '../config/types.js';
import { UserError } from '../errors.js';
import type { ModelDescription } from '../model/model-description.js';
import { memoryTokenSource, type TokenSource } from '../text/batches.js';
import { type OpenCorpus, openCorpus, openPath, wholeSplit } from '../text/corpus.js';
import { type EncodedSplit, encodeToMemory } from '../text/encode.js';
import type { ReadingOptions } from '../text/reading/reading-options.js';
import { describeOrigin, type SplitName } from '../text/splits.js';

/** A text to evaluate on, and what to call it. */
export interface EvaluationText {
  readonly text: string;
  /**
   * Its token ids for a model, among them those for the ends of documents, which are not in the text.
   * @throws UserError `data` when it has what the model's vocabulary lacks.
   */
  encode(model: ModelDescription): Promise<Int32Array>;
  /** Those tokens with the ends of documents, where the model has been trained to forget at them; otherwise as they are. */
  withResets(model: ModelDescription, tokens: Int32Array): Promise<Int32Array | TokenSource>;
  /** `the test split (fables.txt, characters 0 to 900)`, or the file. */
  readonly name: string;
  readonly split?: SplitName;
}

/**
 * A split of the corpus that the model's own config names; paths are relative to where the command is run, as when it was trained.
 *
 * @param wanted the test split when absent, or the validation split where there is no test split.
 * @throws UserError `data` when the corpus or the split is not there, `model` when the config cannot be used.
 */
export async function corpusSplit(model: ModelDescription, wanted?: SplitName): Promise<EvaluationText> {
  const corpus = corpusOf(model);
  const split = wanted ?? (hasSplit(corpus, 'test') ? 'test' : 'validation');
  if (!hasSplit(corpus, split)) {
    const remedy = wanted ? 'Choose another --split, or give a TEXT' : 'Give a TEXT, or --split train';
    throw new UserError('data', `the corpus of ${model.path} has no ${split} split. ${remedy}.`);
  }
  try {
    const opened = await openCorpus(corpus);
    const name = `the ${split} split (${describeOrigin((await opened.origins())[split]!)})`;
    return { ...(await readSplit(opened, split, name)), split };
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'data') throw error;
    const advice = 'Run the command where the model was trained, or give a TEXT.';
    throw new UserError('data', `${error.message}. The config of the model names this file. ${advice}`, { cause: error });
  }
}

function corpusOf({ config, path }: ModelDescription): CorpusConfig {
  try {
    return resolveConfig(config, path).corpus;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError('model', `the config in ${path} cannot be used to find its corpus: ${error.message}`, { cause: error });
  }
}

function hasSplit(corpus: CorpusConfig, split: SplitName): boolean {
  return 'path' in corpus ? corpus.split[split] > 0 : corpus[split] !== undefined;
}

/**
 * The text of a path, read as the model's own corpus was: a file, a folder or a pattern, .gz and .jsonl files as in a corpus.
 *
 * @throws UserError `data` when it cannot be read.
 */
export async function textOfPath(model: ModelDescription, path: string): Promise<EvaluationText> {
  return readSplit(await openPath(path, readingOf(model)), 'test', path);
}

async function readSplit(corpus: OpenCorpus, split: SplitName, name: string): Promise<EvaluationText> {
  const text = await wholeSplit(corpus, split);
  const encode = (model: ModelDescription) => encodeFor(model, corpus, split, name);
  return {
    text,
    name,
    encode: async (model) => (await encode(model)).tokens,
    withResets: async (model, tokens) =>
      readingOf(model).resetState ? memoryTokenSource(tokens, (await encode(model)).documentEnds) : tokens,
  };
}

async function encodeFor(model: ModelDescription, corpus: OpenCorpus, split: SplitName, name: string): Promise<EncodedSplit> {
  try {
    return (await encodeToMemory(corpus, model.tokenizer, split))[split]!;
  } catch (error) {
    const unknown = error instanceof UserError && error.cause instanceof UserError ? error.cause : undefined;
    if (unknown === undefined) throw error;
    throw new UserError('data', `${name} cannot be read by ${model.path}: ${unknown.message}`, { cause: error });
  }
}

/** How the texts of the model's corpus were read; plainly, where its config does not say or cannot be used. */
function readingOf({ config }: ModelDescription): Partial<ReadingOptions & { resetState: boolean }> {
  try {
    return resolveConfig(config).corpus;
  } catch (error) {
    if (error instanceof UserError) return {};
    throw error;
  }
}
