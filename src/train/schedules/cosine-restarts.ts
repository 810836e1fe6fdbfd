import { numberOption, wholeNumberOption } from '../../foundation/options.js';
import { alongCosine } from './curve.js';
import { declareSchedule, MOST_STEPS, minimumOption, warmUp, warmupStepsOption } from './schedule.js';

/**
 * SGDR (Loshchilov and Hutter 2017): repeated half cosines from the full rate to the minimum, as in PyTorch's CosineAnnealingWarmRestarts.
 * Step s of a period of P steps, counted from 0, has the rate minimum + (base - minimum) (1 + cos(pi s / P)) / 2. Each period is
 * `periodFactor` times as long as the previous one.
 */
export const cosineRestarts = declareSchedule({
  type: 'cosine-restarts',
  describe: 'Cosine decay with restarts, with longer and longer periods (SGDR, Loshchilov and Hutter 2017).',
  options: {
    periodSteps: wholeNumberOption(1, MOST_STEPS, 1000, 'Steps of the first period.'),
    periodFactor: numberOption({ from: 1, to: 1000 }, 2, 'Factor by which each period is longer than the one before it.'),
    minimum: minimumOption,
    warmupSteps: warmupStepsOption(0),
  },
  create: ({ periodSteps, periodFactor, minimum, warmupSteps }, base) => ({
    learningRate({ step }) {
      if (step <= warmupSteps) return warmUp(base, step, warmupSteps);
      let period = periodSteps;
      let since = step - warmupSteps - 1;
      if (periodFactor === 1) since %= period;
      while (since >= period) {
        since -= period;
        period *= periodFactor;
      }
      return alongCosine(base, minimum, since / period);
    },
  }),
});
