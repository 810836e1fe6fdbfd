import type { ResolvedConfig } from '../config/types.js';
import { type Batches, batchesOfEpoch } from '../text/batches.js';
import type { TrainingSession } from '../train/session.js';

/** The first steps of a training at a rate that grows from step to step. */
export interface WarmUp {
  /** Steps in which the rate grows linearly to that of the config. */
  readonly warmupSteps: number;
  /** By step, at first those of the warm-up: the loss before the update, in nats per token. Ends early where it is not finite. */
  readonly losses: readonly number[];
}

interface WarmUpOptions {
  /** With the initial parameters and moments; they are changed. */
  readonly session: TrainingSession;
  readonly batches: Batches;
  readonly config: ResolvedConfig;
  /** Of the whole run. */
  readonly steps: number;
}

/** Steps of a warm-up where the config has none, and their largest share of the run. */
const USUAL = 50;
const SHARE = 0.25;
/** Where that of the config is longer, a shorter one is tried: if it helps, so does the longer one. */
const LONGEST = 200;
/** Steps at the full rate after it. */
const AFTER = 20;

/** Makes the first steps of a training with a warm-up, that of the config if it has one, and then some at the full rate. */
export async function tryWarmUp({ session, batches, config, steps }: WarmUpOptions): Promise<WarmUp> {
  const { optimizer, schedule, accumulation } = config.training;
  const usual = Math.max(1, Math.min(USUAL, Math.floor(SHARE * steps)));
  const warmupSteps = Math.min(LONGEST, warmUpOf(schedule) || usual);
  const losses: number[] = [];
  const updates = Math.ceil(batchesOfEpoch(batches, 1).windows / accumulation);
  for (let step = 1; step <= warmupSteps + AFTER; step++) {
    const window = ((step - 1) % updates) * accumulation;
    if (window === 0) session.resetState();
    const { loss, norm } = await session.differentiate(window, step);
    losses.push(loss);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) break;
    await session.update(step, optimizer.learningRate * Math.min(1, step / warmupSteps), norm);
  }
  return { warmupSteps, losses };
}

/** The steps of the warm-up of a schedule, 0 for none. */
export const warmUpOf = (schedule: object): number =>
  'warmupSteps' in schedule && typeof schedule.warmupSteps === 'number' ? schedule.warmupSteps : 0;
