import type { ResolvedConfig } from '../config/types.js';
import { createModelEvaluator } from '../evaluate/model-evaluator.js';
import { agreedStop } from '../parallel/team.js';
import type { TokenSource } from '../text/batches.js';
import { type MeasuredTeam, measureTeam, timedTeam } from './measure-team.js';
import { median } from './step-speed.js';
import { type Keeper, Trainer, type TrainerOptions } from './trainer.js';

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

type MeasuringOptions = Omit<TrainerOptions, 'onEvent' | 'stopRequested'>;

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

/**
 * A trainer whose steps can be measured once, on the real text, and validation on a part of the real validation text. In a team, all processes
 * measure together.
 */
export function createMeasurement(options: MeasuringOptions): { trainer: Trainer; measure: () => Promise<MeasuredTraining> } {
  const { config, team, now } = options;
  const { step } = options.state;
  // Validation is measured separately.
  const { validation, ...data } = options.data;
  const timed = team && timedTeam(team, now);
  /** The time after each step, and the seconds that were spent in calls of the team until then. */
  const times: number[] = [];
  const together: number[] = [];
  let begun = 0;
  const enough = () =>
    (times.length > WARM_UP + STEPS && now() - begun > SETTLING) ||
    (times.length > WARM_UP && now() - times[WARM_UP - 1]! > SECONDS);
  const trainer = new Trainer({
    ...options,
    data,
    onEvent: ({ type }) => {
      if (type !== 'step') return;
      times.push(now());
      together.push(timed?.spent() ?? 0);
    },
    stopRequested: timed ? agreedStop(timed.team, enough) : enough,
    team: timed?.team,
  });

  async function measure(): Promise<MeasuredTraining> {
    const tokensPerEpoch = data.train.length - 1;
    const { stepsPerEpoch } = trainer;
    const tokensLeft = Math.round((trainer.steps - step) * (tokensPerEpoch / stepsPerEpoch));
    if (step === trainer.steps) return { seconds: 0, tokensPerEpoch, tokensLeft };
    begun = now();
    await trainer.train(forgetful);
    const durations = differences([begun, ...times]);
    const reading = validation && {
      times: validationsLeft(config, stepsPerEpoch, step, trainer.steps),
      seconds: (await secondsPerValidationToken(options, trainer, validation)) * (validation.length - 1),
    };
    const waits = differences([0, ...together]);
    const computing = counted(durations.map((duration, i) => duration - waits[i]!));
    const { gradientPrecision: precision, diloco: { everySteps } = { everySteps: 1 } } = config.training;
    const own = { step: counted(durations), computing, precision, everySteps };
    const shared = team && (await measureTeam(team, trainer.session, own, now));
    const secondsPerStep = shared?.secondsPerStep ?? own.step;
    return {
      secondsPerStep,
      tokensPerSecond: tokensPerEpoch / stepsPerEpoch / secondsPerStep,
      ...(reading && { validation: reading }),
      seconds: (trainer.steps - step) * secondsPerStep + (reading ? reading.times * reading.seconds : 0),
      tokensPerEpoch,
      tokensLeft,
      ...(shared && { team: shared.measured }),
    };
  }
  return { trainer, measure };
}

/** The median without the warm-up, where there are enough steps. */
const counted = (durations: readonly number[]) =>
  median(durations.length > WARM_UP ? durations.slice(WARM_UP).slice(-STEPS) : durations.slice(-1));

const differences = (values: readonly number[]) => values.slice(1).map((value, i) => value - values[i]!);

/** How many validations follow: at each multiple of the interval, and after the last step. */
function validationsLeft({ training }: ResolvedConfig, stepsPerEpoch: number, step: number, steps: number): number {
  if (!training.validation) return 0;
  const { everySteps, everyEpochs } = training.validation;
  const interval = everySteps ?? everyEpochs! * stepsPerEpoch;
  return Math.ceil(steps / interval) - Math.floor(step / interval);
}

async function secondsPerValidationToken(
  { config, engine, model, team, now }: MeasuringOptions,
  trainer: Trainer,
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
