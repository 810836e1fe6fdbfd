import type { ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { createModelEvaluator } from '../evaluate/model-evaluator.js';
import type { ModelOptions } from '../model/specification.js';
import { agreedStop, type Team } from '../parallel/team.js';
import type { TokenSource } from '../text/batches.js';
import { type MeasuredTeam, measureTeam, timedTeam } from './measure-team.js';
import { median } from './step-speed.js';
import { type Keeper, Trainer, type TrainerOptions } from './trainer.js';
import type { TrainingData } from './training-data.js';

/** The measured speed of a run, and its duration. Times are seconds. */
export interface MeasuredTraining {
  /** Absent when no steps are left, like all figures that depend on it. */
  readonly secondsPerStep?: number;
  readonly tokensPerSecond?: number;
  /** The number of remaining validations, and the time of each. */
  readonly validation?: { readonly times: number; readonly seconds: number };
  /** The remaining time, without the effect of early stopping. */
  readonly seconds: number;
  /** Tokens of one epoch, and tokens that are still to be trained on. */
  readonly tokensPerEpoch: number;
  readonly tokensLeft: number;
  /** Of processes that train together. */
  readonly team?: MeasuredTeam;
}

/** A trainer whose steps are timed. */
interface WatchedTrainer {
  readonly trainer: Trainer;
  readonly watch: {
    /** Gets the time after each step. */
    readonly times: number[];
    /** Gets the seconds that were spent in calls of the team until then. */
    readonly together: number[];
    /** Is called between steps and ends the measurement. */
    enough: () => boolean;
  };
}

/** A trainer for `measureTraining`, which can be used once. It has no validation text, because validation is measured separately. */
export function createWatchedTrainer(options: Omit<TrainerOptions, 'onEvent' | 'stopRequested'>): WatchedTrainer {
  const watch: WatchedTrainer['watch'] = { times: [], together: [], enough: () => false };
  const { validation: _, ...data } = options.data;
  const timed = options.team && timedTeam(options.team, options.now);
  const enough = () => watch.enough();
  const trainer = new Trainer({
    ...options,
    data,
    onEvent: ({ type }) => {
      if (type !== 'step') return;
      watch.times.push(options.now());
      watch.together.push(timed?.spent() ?? 0);
    },
    stopRequested: timed ? agreedStop(timed.team, enough) : enough,
    team: timed?.team,
  });
  return { trainer, watch };
}

interface MeasuringOptions extends WatchedTrainer {
  readonly config: ResolvedConfig;
  readonly engine: Engine;
  readonly model: ModelOptions;
  readonly data: TrainingData;
  /** Processes that train together; all of them measure. */
  readonly team?: Team | undefined;
  /** The step from which the run continues, at most its last one; 0 for a new run. */
  readonly step: number;
  readonly now: () => number;
}

/** Warm-up steps, during which code is compiled and memory is touched; and measured steps, fewer when they take long. */
const WARM_UP = 2;
const STEPS = 20;
const SECONDS = 3;
/** Seconds for which short steps are repeated: in the first of them the number of threads is chosen. */
const SETTLING = 0.3;
/** Windows of the validation text that are measured. */
const WINDOWS = 4;

/** Discards all results of the measuring run. */
const forgetful: Keeper = { keepModel: () => {}, checkpoint: () => '', best: () => ({}) };

/** Measures real steps on the real text, and validation on a part of the real validation text. */
export async function measureTraining(options: MeasuringOptions): Promise<MeasuredTraining> {
  const { trainer, watch, config, data, team, step, now } = options;
  const tokensPerEpoch = data.train.length - 1;
  const { stepsPerEpoch } = trainer;
  const tokensLeft = Math.round((trainer.steps - step) * (tokensPerEpoch / stepsPerEpoch));
  if (step === trainer.steps) return { seconds: 0, tokensPerEpoch, tokensLeft };
  const { times } = watch;
  const begun = now();
  watch.enough = () =>
    (times.length > WARM_UP + STEPS && now() - begun > SETTLING) ||
    (times.length > WARM_UP && now() - times[WARM_UP - 1]! > SECONDS);
  await trainer.train(forgetful);
  const counted = (durations: readonly number[]) =>
    median(durations.length > WARM_UP ? durations.slice(WARM_UP).slice(-STEPS) : durations.slice(-1));
  const durations = differences([begun, ...times]);
  const readings = validationsLeft(config, stepsPerEpoch, step, trainer.steps);
  const validation = data.validation && {
    times: readings,
    seconds: (await secondsPerValidationToken(options, data.validation)) * (data.validation.length - 1),
  };
  const waits = differences([0, ...watch.together]);
  const computing = counted(durations.map((duration, i) => duration - waits[i]!));
  const { gradientPrecision: precision, diloco: { everySteps } = { everySteps: 1 } } = config.training;
  const own = { step: counted(durations), computing, precision, everySteps };
  const measuredTeam = team && (await measureTeam(team, trainer.session, own, now));
  // The median of local steps is that of steps without an exchange.
  const exchanges = measuredTeam && everySteps > 1 ? measuredTeam.secondsPerExchange / everySteps : 0;
  const secondsPerStep = own.step + exchanges;
  return {
    secondsPerStep,
    tokensPerSecond: tokensPerEpoch / stepsPerEpoch / secondsPerStep,
    ...(validation && { validation }),
    seconds: (trainer.steps - step) * secondsPerStep + (validation ? validation.times * validation.seconds : 0),
    tokensPerEpoch,
    tokensLeft,
    ...(measuredTeam && { team: measuredTeam }),
  };
}

const differences = (values: readonly number[]) => values.slice(1).map((value, i) => value - values[i]!);

/** How many validations follow: at each multiple of the interval, and after the last step. */
function validationsLeft({ training }: ResolvedConfig, stepsPerEpoch: number, step: number, steps: number): number {
  if (!training.validation) return 0;
  const { everySteps, everyEpochs } = training.validation;
  const interval = everySteps ?? everyEpochs! * stepsPerEpoch;
  return Math.ceil(steps / interval) - Math.floor(step / interval);
}

async function secondsPerValidationToken(
  { trainer, config, engine, model, team, now }: MeasuringOptions,
  validation: Int32Array | TokenSource,
): Promise<number> {
  const { batchSize, microbatches, sequenceLength, buckets } = config.training;
  const tokens = beginning(validation, WINDOWS * batchSize * sequenceLength + 1);
  const { table } = trainer.session;
  const parameters = trainer.session.parameters.evaluated;
  const reading = { batchSize, microbatches, sequenceLength, buckets };
  const evaluator = createModelEvaluator({ engine, model, table, parameters, tokens, team, ...reading });
  await evaluator.run();
  const begun = now();
  const { tokens: predicted } = await evaluator.run();
  return (now() - begun) / predicted;
}

function beginning(tokens: Int32Array | TokenSource, length: number): Int32Array | TokenSource {
  if (tokens.length <= length) return tokens;
  if (tokens instanceof Int32Array) return tokens.subarray(0, length);
  const { read, readDocumentEnds } = tokens;
  return { length, read: read.bind(tokens), ...(readDocumentEnds && { readDocumentEnds: readDocumentEnds.bind(tokens) }) };
}
