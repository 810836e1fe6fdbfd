import { resolveConfig } from '../config/resolve.js';
import type { CorpusConfig, NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import { UserError } from '../foundation/errors.js';
import { memberOf } from '../foundation/strict-json.js';
import { type ModelOptions, modelOptions } from '../model/specification.js';
import type { Checkpoint } from '../run/checkpoint.js';
import type { RunDirectory } from '../run/run-directory.js';
import { batchesOfEpoch } from '../text/batches.js';
import type { SplitDigests } from '../text/split-digest.js';
import { tokenizerFromJSON } from '../text/tokenizers/index.js';
import type { WordVectors } from '../text/word-vectors/read-vectors.js';
import { chooseEngine, type Threads } from './engines.js';
import type { EngineEvent } from './events.js';
import { drawInitialParameters } from './initial-parameters.js';
import { fillVectors, readInitialVectors } from './initial-vectors.js';
import { digestsIn, withDigests } from './recorded-digests.js';
import { checkResumable, checkRunLength, engineOfRun } from './resume.js';
import {
  openStartingModel,
  type StartingModel,
  startingTokenizer,
  type Takeover,
  takeover,
  withVocabularyRemedy,
} from './starting-model.js';
import type { Trainer } from './trainer.js';
import { trainingBatches } from './training-batches.js';
import { loadTrainingData, type TrainingData } from './training-data.js';
import { checkCounters, freshState, parseState, restoreArrays, type TrainingState } from './training-state.js';

type FoundCheckpoint = { readonly path: string; readonly checkpoint: Checkpoint };

/** Everything that a run needs before an engine computes. */
export interface PreparedRun {
  /** The config, with `auto` replaced by the engine of the run that is resumed. */
  readonly config: ResolvedConfig;
  /** The checkpoint from which the run continues; absent for a new run. */
  readonly resumed: FoundCheckpoint | undefined;
  readonly data: TrainingData;
  readonly state: TrainingState;
  readonly model: ModelOptions;
  /** What a new run takes over from the model in `training.from`. */
  readonly takeover: Takeover | undefined;
  /** Initial vectors of a new run's embedding, for the tokens that have one. */
  readonly initialVectors: WordVectors | undefined;
}

interface RunSource {
  readonly config: ResolvedConfig;
  /** The run to resume; undefined for a new one. */
  readonly resume: Pick<RunDirectory, 'path' | 'latestGoodCheckpoint'> | undefined;
  readonly onNotice: (message: string) => void;
  /** Changes how the corpus is read. Default: as in the config. */
  readonly corpus?: (config: CorpusConfig) => Promise<CorpusConfig>;
}

/** @throws UserError of any kind, such as a missing checkpoint, a config or text that is not the run's, or an unreadable corpus */
export async function prepareRun(source: RunSource): Promise<PreparedRun> {
  const { resume, onNotice } = source;
  const resumed = resume && findCheckpoint(resume, onNotice);
  const { config: stated, start } = await beginning(source.config, resumed, onNotice);
  if (resumed)
    for (const notice of checkResumable(stated, resolveConfig(resumed.checkpoint.config, resumed.path))) onNotice(notice);
  const corpus = source.corpus ? await source.corpus(stated.corpus) : stated.corpus;
  const given = start ? startingTokenizer(start, stated, onNotice) : resumed && tokenizerFromJSON(resumed.checkpoint.tokenizer);
  const data = await loadTrainingData({ ...stated, corpus }, given, onNotice).catch((error: unknown) => {
    throw start ? withVocabularyRemedy(error, start) : error;
  });
  const state = resumed ? parseState(resumed.path, resumed.checkpoint.trainer) : freshState(data.digest);
  if (state.corpus !== data.digest)
    throw new UserError(
      'data',
      `the training text${data.relations ? ' or the file of related words' : ''} is not the one with which this run began: restore it, or start a new run`,
    );
  if (resumed) for (const notice of changedSplits(resumed.checkpoint, data.splitDigests)) onNotice(notice);
  const model = modelOptions(stated.model, data.tokenizer.vocabulary.size);
  const taken = start && takeover(start, model, data.tokenizer);
  for (const notice of taken?.notices ?? []) onNotice(notice);
  const initialVectors = resumed ? undefined : await readInitialVectors(stated, data.tokenizer);
  if (initialVectors) onNotice(initialVectors.notice);
  const config = withDigests(stated, { vectors: initialVectors?.sha256 });
  return { config, resumed, data, state, model, takeover: taken, initialVectors: initialVectors?.vectors };
}

/** The config, completed with the decisions of the run that is resumed or of the starting model; and that model, for a new run. */
async function beginning(
  config: ResolvedConfig,
  resumed: FoundCheckpoint | undefined,
  onNotice: (message: string) => void,
): Promise<{ config: ResolvedConfig; start: StartingModel | undefined }> {
  if (resumed) {
    const known = withDigests(config, digestsIn(resumed.checkpoint.config));
    return { config: withLengthOfRun(withEngineOfRun(known, resumed, onNotice), resumed, onNotice), start: undefined };
  }
  const { from } = config.training;
  if (from === undefined) return { config, start: undefined };
  const start = await openStartingModel(from);
  return { config: withDigests(config, { from: start.from.sha256 }), start };
}

/**
 * Sets a trainer's parameters and moments: those of the checkpoint, or drawn from the seed and taken over from another model.
 *
 * @throws UserError `usage` when the run has already made more steps than its config allows, `model` for a checkpoint that does not fit the
 *   run
 */
export function beginTraining(
  { session: { table, arrays }, batches, steps, stepsPerEpoch }: Trainer,
  { config, resumed, state, takeover, initialVectors }: PreparedRun,
  onNotice: (message: string) => void,
): void {
  if (resumed) {
    checkCounters(resumed.path, state, batchesOfEpoch(batches, state.epoch), config.training.accumulation);
    const before = resumed.checkpoint.config;
    for (const notice of checkRunLength({ config, before, state, steps, stepsPerEpoch })) onNotice(notice);
    restoreArrays(resumed.path, resumed.checkpoint, arrays, table);
  } else {
    drawInitialParameters(arrays.parameters, table, config);
    if (initialVectors) fillVectors(arrays.parameters, table, initialVectors);
    takeover?.fill(arrays.parameters, table);
    arrays.evaluated.set(arrays.parameters);
  }
}

/** The config's engine; `auto` is decided by measuring and reported as an event. `now` is in seconds; `mayFork`: see `chooseEngine`. */
export async function namedEngine(
  { config, model, data }: PreparedRun,
  threads: Threads,
  now: () => number,
  onEvent: (event: EngineEvent) => void,
  mayFork = true,
): Promise<NamedEngineConfig> {
  const { engine } = config;
  if (engine.type !== 'auto') return engine;
  const { sequenceLength } = trainingBatches(config, data.train, 1);
  const training = { ...config.training, sequenceLength };
  const chosen = await chooseEngine({ config: { ...config, training, engine }, model, threads, now, mayFork });
  onEvent(chosen.event);
  return chosen.engine;
}

/** A notice for each split, except training, that differs from the checkpoint's. Older checkpoints do not record the splits. */
function changedSplits({ training }: Checkpoint, digests: SplitDigests): string[] {
  const before = memberOf(training, 'splitDigests');
  return (['validation', 'test'] as const)
    .filter((split) => memberOf(before, split) !== undefined && memberOf(before, split) !== digests[split])
    .map((split) => `the ${split} text is not the one of this run so far: losses on it before and after cannot be compared`);
}

/** A resumed run uses the engine that `auto` chose when the run began; nothing is measured again. */
function withEngineOfRun(
  config: ResolvedConfig,
  { path, checkpoint }: FoundCheckpoint,
  onNotice: (message: string) => void,
): ResolvedConfig {
  if (config.engine.type !== 'auto') return config;
  const engine = engineOfRun(path, checkpoint.config, config.engine);
  const name = engine.type === 'onnxruntime' ? `${engine.type} (${engine.provider})` : engine.type;
  onNotice(`engine: ${name}, as in this run; choose another with --engine`);
  return { ...config, engine };
}

/** A budget is measured when a run begins; a resumed run has the steps that were chosen then. */
function withLengthOfRun(
  config: ResolvedConfig,
  { checkpoint }: FoundCheckpoint,
  onNotice: (message: string) => void,
): ResolvedConfig {
  const { budget, ...training } = config.training;
  if (budget === undefined) return config;
  const steps = memberOf(memberOf(checkpoint.config, 'training'), 'steps');
  if (typeof steps !== 'number')
    throw new UserError(
      'usage',
      `cannot resume with training.budget ${budget}: a budget is for a new run, and this one has training.epochs. Set training.epochs or training.steps instead.`,
    );
  onNotice(`training.steps: ${steps}, as in this run; set training.steps in place of training.budget to change it`);
  return { ...config, training: { ...training, steps } };
}

/** The latest checkpoint that is not damaged, with a notice for each damaged one. */
function findCheckpoint(
  directory: Pick<RunDirectory, 'path' | 'latestGoodCheckpoint'>,
  onNotice: (message: string) => void,
): FoundCheckpoint {
  const { good, damaged } = directory.latestGoodCheckpoint((path, { trainer }) => void parseState(path, trainer));
  for (const { error } of damaged) onNotice(`skipped a damaged checkpoint: ${error.message}`);
  if (good) return good;
  const why = damaged.length > 0 ? 'all of its checkpoints are damaged' : 'it has no checkpoint';
  throw new UserError('model', `cannot resume ${directory.path}: ${why}; start it again with --overwrite`);
}
