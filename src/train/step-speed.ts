import type { ResolvedConfig } from '../config/types.js';
import type { Engine } from '../engine/engine.js';
import { createRandom } from '../foundation/random.js';
import { initialize } from '../model/initialization.js';
import type { ModelOptions } from '../model/specification.js';
import { createBatches } from '../text/batches.js';
import { createSession, sessionConfig } from './session.js';

export interface StepSpeedOptions {
  readonly engine: Engine;
  readonly config: ResolvedConfig;
  readonly model: ModelOptions;
  /** The time in seconds, from any origin. */
  readonly now: () => number;
}

/** Seconds of the first steps, which are not counted: code is compiled, memory is touched, the number of threads is chosen. */
const SETTLING = 0.15;
/** The steps that are measured afterwards; fewer when they take so many seconds. */
const STEPS = 7;
const SECONDS = 1.5;

/**
 * Tokens trained on per second: the median over a few whole steps (forward, backward, norm, clipping, optimizer) with the run's shapes, on
 * artificial text and with separate parameters. Nothing of a run is changed.
 */
export async function measureStepSpeed({ engine, config, model, now }: StepSpeedOptions): Promise<number> {
  const { batchSize, microbatches, sequenceLength, optimizer } = config.training;
  const random = createRandom(config.seed);
  const tokens = Int32Array.from({ length: batchSize * sequenceLength + 1 }, () => random.integer(model.vocabularySize));
  const text = createBatches({ tokens, batchSize, sequenceLength, shards: engine.shards * microbatches });
  const batches = model.bidirectional ? { ...text, reversed: text } : text;
  const session = createSession({ engine, model, batches, ...sessionConfig(config) });
  initialize(session.parameters.trained, session.table, config.model.initialization, random);
  session.parameters.evaluated.set(session.parameters.trained);

  const seconds: number[] = [];
  let spent = 0;
  let settling = 0;
  for (let step = 1; seconds.length === 0 || (seconds.length < STEPS && spent < SECONDS); step++) {
    const start = now();
    const { norm } = await session.differentiate(0, step);
    await session.update(step, optimizer.learningRate, norm);
    await session.average(1 / step);
    const taken = now() - start;
    settling += taken;
    if (step === 1 || settling - taken < SETTLING) continue;
    seconds.push(taken);
    spent += taken;
  }
  return (batchSize * sequenceLength) / median(seconds);
}

/** The median; for an even number of values the lower of the middle two. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)]!;
}
