import type { ResolvedConfig } from '../config/types.js';
import { type Batches, batchesOfEpoch } from '../text/batches.js';
import { clippingScale } from '../train/gradient-clipping.js';
import { sharesBelowEpsilon, type TensorShare } from '../train/moments-below-epsilon.js';
import { relativeChange } from '../train/parameter-sizes.js';
import type { TrainingSession } from '../train/session.js';
import type { TrainingState } from '../train/training-state.js';

/** What some steps of training do to a model. */
export interface StepMeasurements {
  /** Of the steps: that of the config, without its schedule. */
  readonly learningRate: number;
  /** Tokens of a step. */
  readonly tokens: number;
  /** By step: the loss before the update in nats per token, and the global norm of the gradients before clipping. */
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
  /** The share of steps whose gradients were scaled down; undefined where the config does not clip by the global norm. */
  readonly clippedShare: number | undefined;
  /** For each weight matrix: the mean over the steps of |change| / |weights|, both Frobenius norms. */
  readonly updates: readonly { readonly name: string; readonly ratio: number }[];
  /**
   * The simple noise scale of the gradient in tokens (McCandlish et al. 2018): with a batch of this size, the variance of the gradient is as
   * large as its square. Undefined where it cannot be told from the sample: the gradients of different batches have nothing in common.
   */
  readonly noiseScale: number | undefined;
  /**
   * For each parameter, after these steps: the share of its values whose steps are no longer divided by the size of their gradients.
   * Absent for an optimizer that does not divide so.
   */
  readonly belowEpsilon?: readonly TensorShare[];
}

/** A loss above this multiple of the first one is more than the difference between two batches. */
export const RAISED = 1.2;

/** Whether the steps made the model worse. */
export function raisesLoss({ losses }: Pick<StepMeasurements, 'losses'>): boolean {
  return losses.some((loss) => !(loss <= RAISED * losses[0]!));
}

interface StepOptions {
  /** The session's parameters, moments and state are changed. */
  readonly session: TrainingSession;
  readonly batches: Batches;
  /** Where training is: it is not changed. */
  readonly state: Pick<TrainingState, 'step' | 'epoch' | 'window'>;
  /** Steps of the whole run. */
  readonly steps: number;
  readonly config: ResolvedConfig;
  /** Steps to make, at least 2; and batches whose gradients are compared before. */
  readonly count: number;
}

/**
 * Continues a training by some steps, with its masks, clipping and optimizer, and measures them. First the gradients of as many batches are
 * compared at the same parameters.
 */
export async function measureSteps({ session, batches, state, steps, config, count }: StepOptions): Promise<StepMeasurements> {
  const { training } = config;
  const places = windowsFrom(batches, state, 2 * count, training.accumulation);
  const progress = state.step / steps;
  const differentiate = async (index: number) => {
    const { window, epoch } = places[index]!;
    if (window === 0) session.resetState();
    return session.differentiate(window, state.step + index + 1, { epoch, progress });
  };
  if (state.window !== 0) session.resetState();

  const noise = gradientNoise(session.gradients.length);
  let tokens = 0;
  for (let i = 0; i < count; i++) {
    tokens += (await differentiate(i)).tokens / count;
    noise.add(session.gradients);
  }
  // Not that of the schedule, which is zero after its end: the figures of different runs are to be compared.
  const { learningRate } = training.optimizer;

  const matrices = session.table.trained.filter(({ shape }) => shape.length === 2);
  const weights = session.parameters.trained;
  const sums = matrices.map(() => 0);
  const losses: number[] = [];
  const gradientNorms: number[] = [];
  for (let i = 0; i < count; i++) {
    const { loss, norm } = await differentiate(count + i);
    losses.push(loss);
    gradientNorms.push(norm);
    const before = weights.slice();
    await session.update(state.step + i + 1, learningRate, norm);
    for (const [m, entry] of matrices.entries()) sums[m]! += relativeChange(before, weights, entry) / count;
  }
  const { clipping } = training;
  const belowEpsilon = sharesBelowEpsilon(training.optimizer, session.arrays.moments, state.step + count);
  const scaled = gradientNorms.filter((norm) => clippingScale(clipping, norm) < 1).length;
  return {
    learningRate,
    tokens,
    losses,
    gradientNorms,
    clippedShare: clipping.type === 'norm' ? scaled / count : undefined,
    updates: matrices.map(({ name }, m) => ({ name, ratio: sums[m]! })),
    noiseScale: noise.scale(tokens),
    ...(belowEpsilon && { belowEpsilon }),
  };
}

/** The next updates of a training: the first window of each, and its epoch. */
function windowsFrom(
  batches: Batches,
  { epoch, window }: Pick<TrainingState, 'epoch' | 'window'>,
  count: number,
  accumulation: number,
): { window: number; epoch: number }[] {
  const places = [{ window, epoch }];
  for (let last = places[0]!; places.length < count; last = places.at(-1)!) {
    const next = last.window + accumulation;
    const ends = next >= batchesOfEpoch(batches, last.epoch).windows;
    places.push(ends ? { window: 0, epoch: last.epoch + 1 } : { window: next, epoch: last.epoch });
  }
  return places.map((place) => (place.window < batchesOfEpoch(batches, place.epoch).windows ? place : { ...place, window: 0 }));
}

/**
 * The noise scale from the gradients of several batches at the same parameters: with n batches, the mean of |g|² and |mean of g|² give
 * unbiased estimates of |G|² and of the variance (McCandlish et al. 2018, appendix A.1).
 *
 * @param length of a gradient
 */
export function gradientNoise(length: number) {
  const sum = new Float64Array(length);
  let squares = 0;
  let batches = 0;
  return {
    add(gradient: Float32Array): void {
      batches++;
      for (let i = 0; i < length; i++) {
        sum[i]! += gradient[i]!;
        squares += gradient[i]! * gradient[i]!;
      }
    },
    /** In the unit of `batch`, the size of each batch. */
    scale(batch: number): number | undefined {
      let square = 0;
      for (const value of sum) square += value * value;
      const [ofOne, ofMean] = [squares / batches, square / (batches * batches)];
      const signal = (batches * ofMean - ofOne) / (batches - 1);
      const variance = ((ofOne - ofMean) * batches) / (batches - 1);
      return signal > 0 ? (batch * variance) / signal : undefined;
    },
  };
}
