import { isAbsolute, relative } from 'node:path';
import { stringifyConfig } from '../config/config-file.js';
import { lastingConfig } from '../config/lasting-config.js';
import type { ResolvedConfig } from '../config/types.js';
import { createTypedArrayEngine } from '../engine/typed-array/typed-array-engine.js';
import { evaluatePerplexity, NonFiniteLossError } from '../evaluate/perplexity.js';
import { UserError } from '../foundation/errors.js';
import type { Abortable } from '../foundation/next-turn.js';
import type { JsonValue } from '../foundation/strict-json.js';
import { agreedStop, type Team } from '../parallel/team.js';
import { openModel } from '../run/open-model.js';
import { openRunDirectory, type RunDirectory, removeEmptyRun } from '../run/run-directory.js';
import type { TokenSource } from '../text/batches.js';
import { reversedSource } from '../text/reversed-source.js';
import { huggingFaceJson } from '../text/tokenizers/hugging-face.js';
import { withStepsOfBudget } from './budget.js';
import { countingLosses } from './counting-losses.js';
import { openEngine, type Threads } from './engines.js';
import type { EndEvent, TrainingEvent, TrainingListener } from './events.js';
import { metricsLine } from './observers/metrics.js';
import { createSamplesObserver } from './observers/samples.js';
import { recordSession } from './observers/sessions.js';
import { createTensorBoardObserver } from './observers/tensorboard.js';
import { beginTraining, namedEngine, prepareRun } from './prepare-run.js';
import { trainingTable } from './session.js';
import { startFacts } from './start-facts.js';
import { tellDecisions } from './train-together.js';
import { type Observer, Trainer } from './trainer.js';
import type { TrainingData } from './training-data.js';
import { type TrainingState, toCheckpoint } from './training-state.js';

export interface TrainingRun extends Abortable {
  config: ResolvedConfig;
  /** The run directory. */
  directory: string;
  /** `new` refuses a directory that contains a run; `resume` continues from its latest good checkpoint; `overwrite` clears it first. */
  start: 'new' | 'resume' | 'overwrite';
  /** How many threads compute; with `engine: auto` the most. On the typed-array engine any number gives the same bits. */
  threads: Threads;
  /** The time in seconds, from any origin. On the typed-array engine no result depends on it. */
  now: () => number;
  /** The time in seconds since 1970. It is written to the log of sessions and to event files of TensorBoard, and nowhere else. */
  wallTime: () => number;
  onEvent: TrainingListener;
  /** One line for the user, for example about a damaged checkpoint that was skipped. */
  onNotice?: (message: string) => void;
  /**
   * Whether the best model is measured at the end on the whole validation and test text, and compared with n-gram models. It changes no
   * file of the run but the log of sessions. Default true.
   */
  measureEnd?: boolean;
  /** Called between steps. When true, the run writes a checkpoint and ends as `interrupted`. */
  stopRequested?: () => boolean;
  /** Processes that share the microbatches, of which this is the first; the others call `followTraining`. Default: it trains alone. */
  team?: Team | undefined;
  /** When it is aborted, the run writes a checkpoint and ends as `interrupted`, and then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Trains a model: reads the corpus, trains, validates, and writes the best model and checkpoints to the run directory.
 * @throws UserError of any kind; the run directory then contains the results so far
 */
export async function runTraining(run: TrainingRun): Promise<EndEvent> {
  const directory = openRunDirectory(run.directory, { keep: run.config.training.checkpoints.keep });
  try {
    const end = await trainIn(directory, run);
    if (end.reason === 'interrupted') run.signal?.throwIfAborted();
    return end;
  } finally {
    directory.close();
    removeEmptyRun(run.directory);
  }
}

/** The path in a model file: relative, so that the same config gives the same files in any folder, and no home folder is revealed. */
const pathInModel = (path: string) => (isAbsolute(path) ? relative(process.cwd(), path) : path);

async function trainIn(directory: RunDirectory, run: TrainingRun): Promise<EndEvent> {
  const { threads, now, wallTime, onNotice = () => {}, measureEnd = true, signal, team } = run;
  const asked = () => signal?.aborted === true || run.stopRequested?.() === true;
  const stopRequested = team ? agreedStop(team, asked) : asked;
  let session: ReturnType<typeof recordSession> | undefined;
  const onEvent = (event: TrainingEvent) => {
    session?.onEvent(event);
    run.onEvent(event);
  };
  const begun = now();
  if (run.start === 'new' && directory.isUsed()) {
    throw new UserError(
      'usage',
      `${run.directory} already contains a run: continue it with --resume, replace it with --overwrite, or choose another place with --output`,
    );
  }
  const resume = run.start === 'resume' ? directory : undefined;
  const prepared = await prepareRun({ config: run.config, resume, onNotice });
  const { resumed, data, state, model } = prepared;
  const named = { ...prepared.config, engine: await namedEngine(prepared, threads, now, onEvent, team === undefined) };
  const config = await withStepsOfBudget({ config: named, prepared, threads, now, begun, onEvent });
  if (team) await tellDecisions(team, config, prepared);
  const engine = await openEngine(config.engine, threads, now);
  let samples: ReturnType<typeof createSamplesObserver>;
  try {
    signal?.throwIfAborted();
    const tokenizer = data.tokenizer.toJSON();
    const planned = trainingTable(model, config.training);
    const tensorboard = createTensorBoardObserver({ config, table: planned, wallTime });
    const notify = (event: TrainingEvent) => {
      onEvent(event);
      tensorboard?.record(event);
    };
    const emit = (event: TrainingEvent) => {
      const line = metricsLine(event);
      if (line !== undefined) directory.metrics.append(line);
      notify(event);
    };
    samples = createSamplesObserver({ config, tokenizer, table: planned }, notify);
    const observers = [samples?.observe, tensorboard?.observe].filter((one) => one !== undefined);
    const observe: Observer = async (place, parameters) => {
      for (const one of observers) await one(place, parameters);
    };
    const trainer = new Trainer({ config, engine, model, data, state, now, onEvent: emit, stopRequested, team, observe });
    const { table, arrays } = trainer.session;
    beginTraining(trainer, prepared, onNotice);
    if (resumed) {
      trainer.lastCheckpoint = { path: resumed.path };
      directory.metrics.truncate(state.metricsLength);
    } else if (run.start === 'overwrite') directory.clear();
    // First, because it fails where something else is in its place, and a directory with a config counts as a run.
    tensorboard?.begin(directory.createEventFile(wallTime()), state);
    directory.writeConfig(stringifyConfig(config, run.directory));
    samples?.begin(directory.openSamples(state.step));
    session = recordSession({ log: directory.openSessions(), tokens: state.tokens, wallTime, onNotice });
    if (tokenizer.type === 'bpe') directory.writeTokenizer(huggingFaceJson(tokenizer, config.corpus.normalization));

    const identity = {
      table,
      config: lastingConfig(config, pathInModel),
      tokenizer: tokenizer as unknown as JsonValue,
      splitDigests: data.splitDigests,
    };
    onEvent({
      type: 'start',
      runDirectory: run.directory,
      step: state.step,
      ...startFacts({ trainer, model, data, engine }),
      ...(prepared.takeover && { startedFrom: prepared.takeover.point }),
    });
    const reason = await trainer.train({
      keepModel() {
        const { config, tokenizer, parameters, training } = toCheckpoint(state, arrays, identity);
        directory.writeModel({ config, tokenizer, parameters, ...(training !== undefined && { training }) });
      },
      checkpoint() {
        state.metricsLength = directory.metrics.length;
        return directory.writeCheckpoint(state.step, toCheckpoint(state, arrays, identity), state.validation.bestStep);
      },
      best() {
        const { bestStep } = state.validation;
        if (bestStep === undefined) return {};
        const checkpoint = directory.checkpoints().find((file) => file.step <= bestStep);
        return { model: directory.layout.model, ...(checkpoint && { checkpoint: checkpoint.path }) };
      },
    });
    const { sequences } = config.corpus;
    const end: EndEvent = {
      ...(await summarize(reason, state, data, { directory, measures: measureEnd && reason !== 'interrupted' })),
      ...(sequences === 'documents' && { sequences }),
      ...(model.bidirectional && { bidirectional: true }),
    };
    notify(end);
    return end;
  } catch (error) {
    session?.fail(error);
    throw error;
  } finally {
    samples?.close();
    engine.close();
    data.close();
  }
}

async function summarize(
  reason: EndEvent['reason'],
  state: TrainingState,
  data: TrainingData,
  { directory, measures }: { readonly directory: RunDirectory; readonly measures: boolean },
): Promise<EndEvent> {
  const { validation, test, validationFloor, tokenizer } = data;
  const { bestLoss, bestStep } = state.validation;
  const hasModel = bestStep !== undefined || reason !== 'interrupted';
  const baselines = bestLoss !== undefined && measures ? countingLosses(data) : undefined;
  const isCompared = bestLoss !== undefined && measures && (baselines !== undefined || validationFloor !== undefined);
  const model = directory.layout.model;
  const onValidation = validation && isCompared ? await exactLoss(model, validation) : {};
  const onTest = test && measures ? await exactLoss(model, test) : {};
  return {
    type: 'end',
    reason,
    step: state.step,
    tokens: state.tokens,
    ...(bestLoss !== undefined && { bestValidationLoss: bestLoss }),
    ...(bestStep !== undefined && { bestStep }),
    ...(onValidation.loss !== undefined && { validationLoss: onValidation.loss }),
    ...(onValidation.failure !== undefined && { validationFailure: onValidation.failure }),
    ...(onTest.loss !== undefined && { testLoss: onTest.loss }),
    ...(onTest.failure !== undefined && { testFailure: onTest.failure }),
    lossOfChance: Math.log(tokenizer.vocabulary.size),
    ...(validationFloor !== undefined && { validationFloor }),
    ...(baselines && { baselines }),
    ...(hasModel && { model }),
  };
}

/**
 * The loss of a model over a text as one stream, in nats per token, with the state carried from the first token to the last; or why it
 * could not be computed. Documents that are sequences are read from a zero state each. Of a bidirectional model it is the mean of both
 * directions.
 * @param tokens in the order in which the model reads them
 */
async function exactLoss(path: string, tokens: Int32Array | TokenSource): Promise<{ loss?: number; failure?: string }> {
  if (tokens.length < 2) return { failure: `not known: the text has ${tokens.length} token, which is not predicted` };
  const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
  try {
    const { backward, ...model } = openModel(path, engine);
    const { natsPerToken } = await evaluatePerplexity({ model, engine, tokens });
    if (backward === undefined) return { loss: natsPerToken };
    const fromEnd = await evaluatePerplexity({ model: backward, engine, tokens: reversedSource(tokens) });
    return { loss: (natsPerToken + fromEnd.natsPerToken) / 2 };
  } catch (error) {
    if (!(error instanceof NonFiniteLossError)) throw error;
    return { failure: `not a number from token ${error.token + 1} on: ${error.reason}` };
  } finally {
    engine.close();
  }
}
