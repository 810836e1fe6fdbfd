import { realPower } from '../foundation/special-functions.js';
import { openEngine } from './engines.js';
import { withoutCache } from './forecast.js';
import { beginTraining, namedEngine, prepareRun } from './prepare-run.js';
import type { TrainingRun } from './run-training.js';
import { Trainer } from './trainer.js';

/** One step of the test. Losses are nats per token. */
export interface RatePoint {
  readonly learningRate: number;
  readonly loss: number;
  /** Exponential moving average of the losses up to this step. */
  readonly smoothedLoss: number;
}

/** The result of a learning-rate range test. */
export interface RateTest {
  readonly points: readonly RatePoint[];
  /** Why it ended: the loss rose above its initial value or was not a number, or the highest rate was reached. */
  readonly end: 'diverged' | 'highest-rate';
  /** The rate with the lowest smoothed loss. Absent when the loss has not fallen. */
  readonly lowestAt?: number;
  /** The proposed training.optimizer.learningRate. Absent when the loss has not fallen. */
  readonly proposal?: number;
  readonly notices: readonly string[];
}

/** Steps from the lowest to the highest rate. */
const STEPS = 300;
/** The rate of the config is in the middle: the first rate is smaller by this factor, the last one larger. */
const SPAN = 1000;
/** Decay of the moving average of the losses. */
const SMOOTHING = 0.9;
/** Losses in the first mean, with which later losses are compared. */
const FIRST = 10;
/** A smoothed loss of this multiple of the first mean is a divergence. */
const DIVERGED = 1.1;
/** A smoothed loss must fall below this multiple of the first mean; otherwise nothing was learned. */
const FALLEN = 0.99;
/** The proposal, as a multiple of the rate with the lowest loss. */
const MARGIN = 0.1;

export type RateRun = Pick<TrainingRun, 'config' | 'threads' | 'now'>;

/**
 * The learning-rate range test (Smith 2017): trains from initial parameters while the rate grows exponentially from step to step, until the
 * loss diverges. The trained parameters are discarded. Nothing is written except the tokens of a corpus that is too large for memory.
 *
 * @throws UserError of any kind, as training would
 */
export async function findRate({ config: given, threads, now }: RateRun): Promise<RateTest> {
  const notices: string[] = [];
  const onNotice = (line: string) => void notices.push(line);
  const prepared = await prepareRun({ config: given, resume: undefined, onNotice, corpus: withoutCache });
  const { model, state } = prepared;
  const { validation: _, ...data } = prepared.data;
  const { epochs: __, budget: ___, ...training } = prepared.config.training;
  const engineConfig = await namedEngine(prepared, threads, now, () => {});
  const config = { ...prepared.config, training: { ...training, steps: STEPS }, engine: engineConfig };
  const engine = await openEngine(config.engine, threads, now);
  try {
    const trainer = new Trainer({ config, engine, model, data, state, now, onEvent: () => {}, stopRequested: () => false });
    beginTraining(trainer, prepared, onNotice);
    const found = await raiseRate(trainer, config.training.optimizer.learningRate);
    return { ...found, notices };
  } finally {
    engine.close();
    prepared.data.close();
  }
}

async function raiseRate({ session, batches }: Trainer, base: number): Promise<Omit<RateTest, 'notices'>> {
  const points: RatePoint[] = [];
  let sum = 0;
  let weight = 0;
  let diverged = false;
  for (let step = 1; step <= STEPS && !diverged; step++) {
    const learningRate = base * realPower(SPAN, (2 * (step - 1)) / (STEPS - 1) - 1);
    const window = (step - 1) % batches.windows;
    if (window === 0) session.resetState();
    const { loss, norm } = await session.differentiate(window, step);
    diverged = !Number.isFinite(loss) || !Number.isFinite(norm);
    if (diverged) break;
    sum = SMOOTHING * sum + (1 - SMOOTHING) * loss;
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    points.push({ learningRate, loss, smoothedLoss: sum / weight });
    diverged = step > FIRST && sum / weight > DIVERGED * firstMean(points);
    await session.update(step, learningRate, norm);
  }
  return { points, end: diverged ? 'diverged' : 'highest-rate', ...proposalFrom(points) };
}

const firstMean = (points: readonly RatePoint[]) =>
  points.slice(0, FIRST).reduce((total, { loss }) => total + loss, 0) / Math.min(FIRST, points.length);

/** A tenth of the rate with the lowest smoothed loss, rounded to two digits; empty when the loss has not fallen. */
export function proposalFrom(points: readonly RatePoint[]): Pick<RateTest, 'lowestAt' | 'proposal'> {
  const [first, ...rest] = points.slice(FIRST - 1);
  if (first === undefined) return {};
  const lowest = rest.reduce((best, point) => (point.smoothedLoss < best.smoothedLoss ? point : best), first);
  if (lowest.smoothedLoss > FALLEN * firstMean(points)) return {};
  return { lowestAt: lowest.learningRate, proposal: Number((MARGIN * lowest.learningRate).toPrecision(2)) };
}
