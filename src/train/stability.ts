import { type OptimizerChoice, optimizerFor } from './optimizers/index.js';
import type { Moment } from './update-program.js';

/** Up to which curvature of the loss an optimizer is stable. */
export interface Stability {
  /** The largest product of learning rate and curvature (see `Optimizer.stabilityBound`). */
  readonly bound: number;
  /** What each step is divided by, as long as the running arrays; absent for an optimizer that does not divide. */
  readonly divisors?: Float64Array;
}

/**
 * @param step updates made
 * @returns undefined where no bound is known, and before the first update of an optimizer that divides
 */
export function stabilityOf(
  choice: OptimizerChoice,
  moments: Readonly<Record<string, Moment>>,
  step: number,
): Stability | undefined {
  const { stabilityBound: bound, scaling } = optimizerFor(choice);
  if (bound === undefined || (scaling && step === 0)) return undefined;
  if (scaling === undefined) return { bound };
  const correction = scaling.rootCorrection(step);
  const { values } = moments[scaling.moment]!;
  return { bound, divisors: Float64Array.from(values, (value) => correction * Math.sqrt(value) + scaling.epsilon) };
}
