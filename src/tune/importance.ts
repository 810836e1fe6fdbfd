import type { SearchSpace, Trial } from './trial.js';

/** How much of the difference between good and bad candidates a key explains. */
export interface KeyImportance {
  readonly key: string;
  /** From 0 to 1; all shares add up to 1. */
  readonly share: number;
}

/** Shares of the spread of the loss at the first rung that the keys explain, each by itself: variances of the means over thirds of a scale. */
export function importanceOf(space: SearchSpace, trials: readonly Trial[]): KeyImportance[] {
  const known = trials.filter(({ results }) => Number.isFinite(results[0]?.loss));
  const mean = (some: readonly Trial[]) => some.reduce((sum, { results }) => sum + results[0]!.loss, 0) / some.length;
  const middle = mean(known);
  const explained = space.map((dimension, i) => {
    const parts = dimension.scale === 'choice' ? dimension.values.length : 3;
    return Array.from({ length: parts }, (_, part) => {
      const some = known.filter(({ point }) => Math.min(parts - 1, Math.floor(point[i]! * parts)) === part);
      const difference = some.length === 0 ? 0 : mean(some) - middle;
      return some.length * difference * difference;
    }).reduce((sum, value) => sum + value, 0);
  });
  const sum = explained.reduce((a, b) => a + b, 0);
  return space.map(({ key }, i) => ({ key, share: sum > 0 ? explained[i]! / sum : 1 / space.length }));
}
