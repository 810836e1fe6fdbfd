import { wholeNumberOption } from '../../foundation/options.js';
import { declareSchedule, warmUp } from './schedule.js';

/**
 * Linear warm-up, then decay with the inverse square root of the step (Vaswani et al. 2017): base sqrt(warmupSteps / step). The rate does
 * not depend on the length of the run.
 */
export const inverseSquareRoot = declareSchedule({
  type: 'inverse-square-root',
  describe: 'Linear warm-up, then decay with the inverse square root of the step (Vaswani et al. 2017).',
  options: {
    warmupSteps: wholeNumberOption(
      1,
      1_000_000_000,
      1000,
      'Steps from 0 up to the full rate; after four times as many it is halved.',
    ),
  },
  create: ({ warmupSteps }, base) => ({
    learningRate({ step }) {
      return step <= warmupSteps ? warmUp(base, step, warmupSteps) : base * Math.sqrt(warmupSteps / step);
    },
  }),
});
