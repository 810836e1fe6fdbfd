import { optional, wholeNumberOption } from '../../foundation/options.js';
import { alongLine } from './curve.js';
import { declareSchedule, MOST_STEPS, minimumOption, warmUp, warmupStepsOption } from './schedule.js';

/**
 * Linear warm-up, then linear decay (as in BERT, Devlin et al. 2019): base + (minimum - base) x, where x goes from 0 at the end of the
 * warm-up to 1 at step `decaySteps`. After it the rate stays at the minimum.
 */
export const linearSchedule = declareSchedule({
  type: 'linear',
  describe: 'Linear warm-up, then linear decay (Devlin et al. 2019).',
  options: {
    warmupSteps: warmupStepsOption(0),
    minimum: minimumOption,
    decaySteps: optional(
      wholeNumberOption(1, MOST_STEPS, 1, 'Step at which the rate reaches the minimum.'),
      'the last step of the run, also if the run is made longer',
    ),
  },
  create: ({ warmupSteps, minimum, decaySteps }, base) => ({
    learningRate({ step, steps }) {
      const length = decaySteps ?? steps;
      if (step <= warmupSteps) return warmUp(base, step, warmupSteps);
      return alongLine(base, minimum, Math.min(1, (step - warmupSteps) / Math.max(1, length - warmupSteps)));
    },
  }),
});
