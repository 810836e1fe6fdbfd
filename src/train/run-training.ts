import { isAbsolute, relative } from 'node:path';
import { stringifyConfig } from '../checkpoint/config-file.js';
import { openRunDirectory, type RunDirectory, removeEmptyRun } from '../checkpoint/run-directory.js';
import type { JsonValue } from '../checkpoint/strict-json.js';
import type { ResolvedConfig } from '../config/types.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import { UserError } from '../errors.js';
import { evaluatePerplexity } from '../evaluate/perplexity.js';
import { openModel } from '../model/open-model.js';
import type { TokenSource } from '../text/batches.js';
import { huggingFaceJson } from '../text/tokenizers/hugging-face.js';
import { countingLosses } from './counting-losses.js';
import type { EndEvent, TrainingListener } from './events.js';
import { openEngine } from './open-engine.js';
import { beginTraining, namedEngine, prepareRun } from './prepare-run.js';
import { Trainer } from './trainer.js';
import type { TrainingData } from './training-data.js';
import { type TrainingState, toCheckpoint } from './training-state.js';

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
  const resume = run.start === 'resume' ? directory : undefined;
  const prepared = await prepareRun({ config: run.config, resume, onNotice });
  const { resumed, data, state, model } = prepared;
  const config = { ...prepared.config, engine: await namedEngine(prepared, threads, onEvent) };
  const engine = await openEngine(config.engine, threads);
  try {
    const trainer = new Trainer({ config, engine, model, data, state, onEvent, stopRequested });
    const { table, arrays } = trainer;
    beginTraining(trainer, prepared, onNotice);
    if (resumed) {
      trainer.lastCheckpoint = resumed.path;
      directory.metrics.truncate(state.metricsLength);
    } else if (run.start === 'overwrite') directory.clear();
    directory.writeConfig(stringifyConfig(config));
    const tokenizer = data.tokenizer.toJSON();
    if (tokenizer.type === 'bpe') directory.writeTokenizer(huggingFaceJson(tokenizer, config.corpus.normalization));

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
