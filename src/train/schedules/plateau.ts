import { wholePower } from '../optimizers/optimizer.js';
import type { Schedule } from './schedule.js';

/** What a plateau schedule is told, beside the base rate. */
interface PlateauOptions {
  readonly factor: number;
  readonly patience: number;
  readonly threshold: number;
  readonly minimum: number;
}

/** Lowers the rate by the factor when `patience` validations in a row have not beaten the best one by the threshold. */
export function plateau(base: number, { factor, patience, threshold, minimum }: PlateauOptions): Schedule {
  return {
    learningRate: (_, { reductions }) => Math.max(minimum, base * wholePower(factor, reductions)),
    validated(loss, state) {
      if (state.best === undefined || loss < state.best - threshold) {
        state.best = loss;
        state.waited = 0;
      } else if (++state.waited >= patience) {
        state.reductions++;
        state.waited = 0;
      }
    },
  };
}
