import { isAbsolute, relative } from 'node:path';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { stringifyConfig } from '../checkpoint/config-file.js';
import { openRunDirectory, type RunDirectory, removeEmptyRun } from '../checkpoint/run-directory.js';
import type { JsonValue } from '../checkpoint/strict-json.js';
import type { NamedEngineConfig, ResolvedConfig } from '../config/types.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import { UserError } from '../errors.js';
import { evaluatePerplexity } from '../evaluate/perplexity.js';
import { initialize } from '../model/initialization.js';
import { modelOptions } from '../model/model-options.js';
import { openModel } from '../model/open-model.js';
import type { ModelOptions } from '../model/parameter-table.js';
import { createRandom } from '../random.js';
import type { TokenSource } from '../text/batches.js';
import { huggingFaceJson } from '../text/tokenizers/hugging-face.js';
import { tokenizerFromJSON } from '../text/tokenizers/tokenizer-state.js';
import { chooseEngine } from './choose-engine.js';
import { countingLosses } from './counting-losses.js';
import type { EndEvent, EngineEvent, TrainingListener } from './events.js';
import { openEngine } from './open-engine.js';
import { checkResumable, engineOfRun } from './resume.js';
import { Trainer } from './trainer.js';
import { loadTrainingData, type TrainingData } from './training-data.js';
import { freshState, parseState, restoreArrays, type TrainingState, toCheckpoint } from './training-state.js';

/** Stream of the seed that parameters are drawn from. */
export const INITIALIZATION_STREAM = 1;

export interface TrainingRun {
  config: ResolvedConfig;
  /** The run directory. */
  directory: string;
  /** `new` refuses a directory that holds a run; `resume` goes on from its latest good checkpoint; `overwrite` clears it first. */
  start: 'new' | 'resume' | 'overwrite';
  /** How many threads compute, with `engine: auto` at most: any number gives the same bits on the typed-array engine. */
  threads: number;
  onEvent: TrainingListener;
  /** One line to tell the user, such as a damaged checkpoint that was passed over. */
  onNotice?: (message: string) => void;
  /** Asked between steps. When true, the run writes a checkpoint and ends as `interrupted`. */
  stopRequested?: () => boolean;
}

/**
 * The main job: reads the corpus, trains, validates, keeps the best model and checkpoints in the run directory.
 * @throws UserError of any kind; the run directory then holds what was reached before
 */
export async function runTraining(run: TrainingRun): Promise<EndEvent> {
  const directory = openRunDirectory(run.directory, { keep: run.config.training.checkpoints.keep });
  try {
    return await trainIn(directory, run);
  } finally {
    directory.close();
    removeEmptyRun(run.directory);
  }
}

/**
 * What a model file keeps of its config. Where a run and its corpus lie is no part of what it makes: the same config gives the same
 * files in any folder, and nobody's home folder is given away with a model.
 */
function lastingConfig({ output: _, corpus: { cache: __, ...corpus }, tokenizer, ...config }: ResolvedConfig): JsonValue {
  return { ...config, corpus: withRelativePaths(corpus), tokenizer: withRelativePaths(tokenizer) } as unknown as JsonValue;
}

function withRelativePaths(section: object): object {
  const shortened = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shortened);
    return typeof value === 'string' && isAbsolute(value) ? relative(process.cwd(), value) : value;
  };
  return Object.fromEntries(Object.entries(section).map(([key, value]) => [key, shortened(value)]));
}

async function trainIn(directory: RunDirectory, run: TrainingRun): Promise<EndEvent> {
  const { threads, onEvent, onNotice = () => {}, stopRequested = () => false } = run;
  if (run.start === 'new' && directory.isUsed()) {
    throw new UserError(
      'usage',
      `${run.directory} holds a run already: continue it with --resume, replace it with --overwrite, or choose another place with --output`,
    );
  }
  const resumed = run.start === 'resume' ? findCheckpoint(directory, onNotice) : undefined;
  const asked = resumed ? withEngineOfRun(run.config, resumed, onNotice) : run.config;
  if (resumed) for (const notice of checkResumable(asked, resumed.checkpoint.config)) onNotice(notice);
  const data = await loadTrainingData(asked, resumed && tokenizerFromJSON(resumed.checkpoint.tokenizer));
  const state = resumed ? parseState(resumed.path, resumed.checkpoint.trainer) : freshState(data.digest);
  if (state.corpus !== data.digest) {
    throw new UserError('data', 'the training text is not the one that this run began with: restore it, or start a new run');
  }

  const model = modelOptions(asked.model, data.tokenizer.vocabulary.size);
  const config = { ...asked, engine: await namedEngine(asked, model, run) };
  const engine = await openEngine(config.engine, threads);
  try {
    const trainer = new Trainer({ config, engine, model, data, state, onEvent, stopRequested });
    const { table, arrays } = trainer;
    if (resumed) {
      restoreArrays(resumed.path, resumed.checkpoint, arrays, table);
      trainer.lastCheckpoint = resumed.path;
      directory.metrics.truncate(state.metricsLength);
    } else {
      if (run.start === 'overwrite') directory.clear();
      initialize(
        arrays.parameters,
        table,
        model,
        config.model.initialization,
        createRandom(config.seed, INITIALIZATION_STREAM),
      );
    }
    directory.writeConfig(stringifyConfig(config));
    const tokenizer = data.tokenizer.toJSON();
    if (tokenizer.type === 'bpe') directory.writeTokenizer(huggingFaceJson(tokenizer));

    const identity = {
      table,
      config: lastingConfig(config),
      tokenizer: tokenizer as unknown as JsonValue,
    };
    onEvent({
      type: 'start',
      runDirectory: run.directory,
      step: state.step,
      steps: trainer.steps,
      epochs: trainer.epochs,
      parameters: table.count,
      vocabularySize: model.vocabularySize,
      trainTokens: data.train.length,
      validationTokens: data.validation?.length ?? 0,
      engine: engine.name,
      shards: engine.shards,
      threads: engine.threads,
    });
    const reason = await trainer.train({
      metrics: (line) => directory.metrics.append(line),
      keepModel() {
        const { config, tokenizer, parameters, training } = toCheckpoint(state, arrays, identity);
        directory.writeModel({ config, tokenizer, parameters, ...(training !== undefined && { training }) });
      },
      checkpoint() {
        state.metricsLength = directory.metrics.length;
        return directory.writeCheckpoint(state.step, toCheckpoint(state, arrays, identity));
      },
    });
    const end = await summarize(reason, state, data, directory);
    onEvent(end);
    return end;
  } finally {
    engine.close();
    data.close();
  }
}

/** What `engine: auto` was when the run began holds when it goes on; nothing is measured again. */
export function withEngineOfRun(
  config: ResolvedConfig,
  { path, checkpoint }: { path: string; checkpoint: Checkpoint },
  onNotice: (message: string) => void,
): ResolvedConfig {
  if (config.engine.type !== 'auto') return config;
  const engine = engineOfRun(path, checkpoint.config, config.engine);
  const name = engine.type === 'onnxruntime' ? `${engine.type} (${engine.provider})` : engine.type;
  onNotice(`engine: ${name}, as this run has it; name another with --engine`);
  return { ...config, engine };
}

/** The config's engine; for `auto` the fastest, which is told. */
export async function namedEngine(
  config: ResolvedConfig,
  model: ModelOptions,
  run: Pick<TrainingRun, 'threads'> & { onEvent(event: EngineEvent): void },
): Promise<NamedEngineConfig> {
  const { engine } = config;
  if (engine.type !== 'auto') return engine;
  const now = () => performance.now() / 1000;
  const chosen = await chooseEngine({ config: { ...config, engine }, model, threads: run.threads, now });
  run.onEvent(chosen.event);
  return chosen.engine;
}

/** The latest checkpoint that is whole, with a word about each that is not. */
export function findCheckpoint(
  directory: Pick<RunDirectory, 'path' | 'latestGoodCheckpoint'>,
  onNotice: (message: string) => void,
): { path: string; checkpoint: Checkpoint } {
  const { good, damaged } = directory.latestGoodCheckpoint();
  for (const { error } of damaged) onNotice(`passed over a damaged checkpoint: ${error.message}`);
  if (good) return good;
  const why = damaged.length > 0 ? 'none of its checkpoints is whole' : 'it has no checkpoint';
  throw new UserError('model', `cannot resume ${directory.path}: ${why}; start it anew with --overwrite`);
}

async function summarize(
  reason: EndEvent['reason'],
  state: TrainingState,
  data: TrainingData,
  directory: RunDirectory,
): Promise<EndEvent> {
  const { test, validationFloor } = data;
  const { bestLoss, bestStep } = state.validation;
  const hasModel = bestStep !== undefined || reason !== 'interrupted';
  const testLoss = test && reason !== 'interrupted' ? await exactLoss(directory.layout.model, test) : undefined;
  const baselines = bestLoss !== undefined && reason !== 'interrupted' ? countingLosses(data) : undefined;
  return {
    type: 'end',
    reason,
    step: state.step,
    tokens: state.tokens,
    ...(bestLoss !== undefined && { bestValidationLoss: bestLoss }),
    ...(bestStep !== undefined && { bestStep }),
    ...(testLoss !== undefined && { testLoss }),
    ...(validationFloor !== undefined && { validationFloor }),
    ...(baselines && { baselines }),
    ...(hasModel && { model: directory.layout.model }),
  };
}

/** Nats per token of a model over a text as one stream, its state carried from the first token to the last. */
async function exactLoss(path: string, tokens: Int32Array | TokenSource): Promise<number> {
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  try {
    const { natsPerToken } = await evaluatePerplexity({ model: openModel(path, engine), engine, tokens });
    return natsPerToken;
  } finally {
    engine.close();
  }
}
