import type { JsonValue } from '../../foundation/strict-json.js';
import type { LearningChoice } from '../html/writer-data.js';

/** Validations, and samples, of a training. */
const REPORTS = 10;
/** Steps of a warm-up, which is at most half of a training. */
const WARM_UP = 100;

/**
 * The resolved config of a choice with the length and the seed of the form.
 * @param isOwnText whether the text may have no documents between which it could be divided
 */
export function learningConfig(
  { config }: LearningChoice,
  { steps, seed, isOwnText }: { readonly steps: number; readonly seed: number; readonly isOwnText: boolean },
): JsonValue {
  const { corpus, training, ...rest } = config as unknown as {
    corpus: { [key: string]: JsonValue };
    training: { [key: string]: JsonValue; schedule: { [key: string]: JsonValue }; samples: { [key: string]: JsonValue } };
  };
  const everySteps = Math.max(1, Math.round(steps / REPORTS));
  return {
    ...rest,
    seed,
    corpus: { ...corpus, ...(isOwnText && { boundary: 'character' }) },
    training: {
      ...training,
      steps,
      schedule: { ...training.schedule, warmupSteps: Math.min(WARM_UP, Math.floor(steps / 2)) },
      samples: { ...training.samples, everySteps },
      validation: { everySteps },
    },
  };
}
