import { resolveConfig } from '../config/resolve.js';
import type { CorpusConfig } from '../config/types.js';
import { UserError } from '../errors.js';
import type { OpenedModel } from '../model/open-model.js';
import { loadCorpus, readTextFile } from '../text/corpus.js';
import { describeOrigin, type SplitName } from '../text/splits.js';

/** A text to evaluate on, and what to call it. */
export interface EvaluationText {
  readonly text: string;
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
export async function corpusSplit(model: OpenedModel, wanted?: SplitName): Promise<EvaluationText> {
  const corpus = corpusOf(model);
  const split = wanted ?? (hasSplit(corpus, 'test') ? 'test' : 'validation');
  if (!hasSplit(corpus, split)) {
    const remedy = wanted ? 'Choose another --split, or give a TEXT' : 'Give a TEXT, or --split train';
    throw new UserError('data', `the corpus of ${model.path} has no ${split} split. ${remedy}.`);
  }
  try {
    return await readSplit(corpus, split);
  } catch (error) {
    if (!(error instanceof UserError) || error.kind !== 'data') throw error;
    const advice = 'Run the command where the model was trained, or give a TEXT.';
    throw new UserError('data', `${error.message}. The config of the model names this file. ${advice}`, { cause: error });
  }
}

function corpusOf({ config, path }: OpenedModel): CorpusConfig {
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

async function readSplit(corpus: CorpusConfig, split: SplitName): Promise<EvaluationText> {
  if (!('path' in corpus)) {
    const file = corpus[split]!;
    return { text: await readTextFile(file), name: `the ${split} split (${file})`, split };
  }
  const { [split]: text = '', origins } = await loadCorpus(corpus);
  return { text, name: `the ${split} split (${describeOrigin(origins[split]!)})`, split };
}
