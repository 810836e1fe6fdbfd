import type { NamedEngineConfig, ResolvedConfig, TrainingConfig } from '../config/types.js';
import { scheduleFor } from '../train/schedules/index.js';

/** The share of a rung in which the learning rate falls, at its end. */
const DECAY_SHARE = 0.2;
/** The fewest steps of the first rung, and the most rungs. */
const FEWEST_STEPS = 20;
const MOST_RUNGS = 4;

/**
 * The rungs of a search: a whole training, and before it a training of a third of the steps, a ninth, and so on, as long as they have enough
 * steps to say something.
 *
 * @param steps steps of a whole training
 * @param warmupSteps of the config's schedule: the first rung has at least twice as many
 */
export function searchRungs(steps: number, reduction: number, warmupSteps: number): number[] {
  const rungs = [steps];
  while (rungs.length < MOST_RUNGS) {
    const next = Math.round(rungs[0]! / reduction);
    if (next < Math.max(FEWEST_STEPS, 2 * warmupSteps)) break;
    rungs.unshift(next);
  }
  return rungs;
}

/** Steps of the warm-up in a config's schedule. */
export function warmupStepsOf({ training: { schedule } }: Pick<ResolvedConfig, 'training'>): number {
  const { warmupSteps } = schedule as { readonly warmupSteps?: unknown };
  return typeof warmupSteps === 'number' ? warmupSteps : 0;
}

/**
 * Steps of the rungs for a candidate. Where its steps have more tokens than those of the config it has fewer of them, so that all candidates
 * of a rung have read as much text.
 */
export function candidateRungs(rungs: readonly number[], config: ResolvedConfig, candidate: ResolvedConfig): number[] {
  const ratio = tokensPerStep(config) / tokensPerStep(candidate);
  return rungs.map((steps, i) => Math.max(Math.round(steps * ratio), FEWEST_STEPS_OF_CANDIDATE * (i + 1)));
}

/** A rung needs a step at the full rate and a decay. */
const FEWEST_STEPS_OF_CANDIDATE = 5;

const tokensPerStep = ({ training: { batchSize, sequenceLength, accumulation } }: ResolvedConfig) =>
  batchSize * sequenceLength * accumulation;

/**
 * Whether a training can be made longer at the end of a rung as if it had been so long from the beginning: nothing before the decay may
 * depend on the number of steps or on validations. Otherwise each rung is trained from the beginning.
 */
export function isExtensible({ training: { averaging, objectiveSchedule } }: Pick<ResolvedConfig, 'training'>): boolean {
  const { type, startStep } = averaging as { readonly type: string; readonly startStep?: unknown };
  return objectiveSchedule === undefined && (type === 'none' || type === 'ema' || (type === 'tail' && startStep !== undefined));
}

/**
 * The config of a candidate up to the end of a rung: warm-up, the full learning rate, and a decay at the end of the rung. One checkpoint is
 * at the step before the decay, from which the next rung continues. The validation text is measured at the end, where the rate is annealed;
 * it is also the model that is saved.
 *
 * @param config with the values of the candidate
 * @param rungs steps of the candidate's rungs
 */
export function rungConfig(config: ResolvedConfig, rungs: readonly number[], rung: number): ResolvedConfig {
  const steps = rungs[rung]!;
  const training = { ...trialTraining(config.training), ...annealed(config, rungs, steps) };
  const { validation, ...rest } = training;
  const before = decayStart(training, steps);
  const everySteps = checkpointInterval(before, config.training.checkpoints.everySteps);
  return {
    ...config,
    engine: trialEngine(config),
    training: {
      ...rest,
      // Averaging may begin at a validation.
      validation: isExtensible(config) ? { everySteps: steps } : validation!,
      checkpoints: { everySteps, keep: Math.ceil((steps - before) / everySteps) + 1 },
    },
  };
}

/** The config of a whole training of the config as it is, with its own schedule. */
export function readyConfig(config: ResolvedConfig, steps: number): ResolvedConfig {
  const { earlyStopping, budget, epochs, ...training } = config.training;
  const length = epochs === undefined ? { steps } : { epochs };
  const stopping = earlyStopping === undefined ? {} : { earlyStopping };
  return { ...config, engine: trialEngine(config), training: { ...trialTraining(training), ...length, ...stopping } };
}

/**
 * The config of a whole training of a candidate, for people: as the last rung, with the validations, checkpoints and samples of the config.
 * Its last step gives the candidate's model, bit for bit.
 */
export function wholeConfig(config: ResolvedConfig, rungs: readonly number[]): ResolvedConfig {
  const { epochs, budget, earlyStopping, ...training } = config.training;
  return { ...config, engine: trialEngine(config), training: { ...training, ...annealed(config, rungs, rungs.at(-1)!) } };
}

/** The step before the first one with a reduced learning rate. */
export function decayStart({ schedule, optimizer }: Pick<TrainingConfig, 'schedule' | 'optimizer'>, steps: number): number {
  const { learningRate } = scheduleFor(schedule, optimizer.learningRate);
  const rate = (step: number, length: number) => learningRate({ epoch: 1, step, steps: length }, { reductions: 0, waited: 0 });
  let step = steps - 1;
  while (step > 0 && rate(step, steps) !== rate(step, ENDLESS)) step--;
  return step;
}

/** Steps of a training that never reaches its decay. */
const ENDLESS = 1_000_000_000_000;

/** What the end of a rung has in common with the end of the whole training: its length and its schedule. */
function annealed(
  config: ResolvedConfig,
  [first]: readonly number[],
  steps: number,
): Pick<TrainingConfig, 'steps' | 'schedule'> {
  const warmupSteps = Math.min(warmupStepsOf(config), Math.floor(first! / 2));
  const schedule = { type: 'warmup-stable-decay', warmupSteps, decayShare: DECAY_SHARE, decayShape: 'square-root', minimum: 0 };
  return { steps, schedule: schedule as unknown as TrainingConfig['schedule'] };
}

/** A training without what only people read, and without what may end it before its learning rate is annealed. */
function trialTraining(training: TrainingConfig): TrainingConfig {
  const { epochs, budget, samples, earlyStopping, ...rest } = training;
  return { ...rest, tensorboard: false };
}

/** Trials run side by side, so the fastest engine of a single training is not measured: this one gives the same bits everywhere. */
function trialEngine({ engine }: ResolvedConfig): NamedEngineConfig {
  return engine.type === 'auto' ? { type: 'typed-array', shards: engine.shards, threads: engine.threads } : engine;
}

/** The least divisor of a number of steps that is at least `wanted`, so that a checkpoint is at that step. */
function checkpointInterval(steps: number, wanted: number): number {
  let interval = Math.min(steps, wanted);
  while (steps % interval !== 0) interval++;
  return interval;
}
