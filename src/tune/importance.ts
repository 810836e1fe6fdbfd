import { lossModel } from './loss-model.js';
import { inputsOf } from './search-space.js';
import { scrambledSobol } from './sobol.js';
import type { SearchSpace, Trial } from './trial.js';

/** How much of the difference between good and bad candidates is due to a key. */
export interface KeyImportance {
  readonly key: string;
  /** From 0 to 1; the shares of all keys add up to 1. */
  readonly share: number;
}

const POINTS = 512;

/**
 * Shares of the keys in the differences of the loss over the space: total effects, which include what a key does together with others, of the
 * losses that the model of the search expects at the highest rung that was reached. Computed on Sobol points by the estimator of Jansen 1999
 * (Saltelli et al. 2010, "Variance based sensitivity analysis of model output", table 2). The model does not distinguish how bad bad
 * candidates are, so the shares are about what separates good ones from the rest.
 *
 * @returns in the order of the space; empty where the trials have too few results, or where the losses do not differ
 */
export function importanceOf(space: SearchSpace, trials: readonly Trial[]): KeyImportance[] {
  const rungs = Math.max(0, ...trials.map(({ results }) => results.length));
  const model = lossModel({ space, rungs }, trials, []);
  if (model === undefined) return [];
  const expected = (point: readonly number[]) => model.predict(inputsOf(space, point)).mean;
  const effects = space.map(() => 0);
  for (let n = 0; n < POINTS; n++) {
    const point = scrambledSobol(n, space.length, 1);
    const other = scrambledSobol(n, space.length, 2);
    const mean = expected(point);
    for (let i = 0; i < space.length; i++) {
      const difference = mean - expected(point.with(i, other[i]!));
      effects[i]! += difference * difference;
    }
  }
  const sum = effects.reduce((a, b) => a + b, 0);
  return sum > 0 ? space.map(({ key }, i) => ({ key, share: effects[i]! / sum })) : [];
}
