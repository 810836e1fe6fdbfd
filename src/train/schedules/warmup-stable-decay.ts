import { choiceOption, numberOption } from '../../foundation/options.js';
import { alongLine } from './curve.js';
import { declareSchedule, minimumOption, warmUp, warmupStepsOption } from './schedule.js';

/**
 * Linear warm-up, then the full rate, then decay in the last share of the run (Hu et al. 2024). With x from 0 to 1 over the decay, the rate
 * is base + (minimum - base) x, or base + (minimum - base) sqrt(x), which Hägele et al. 2024 found to be better. Training can be extended
 * from a checkpoint before the decay: the rate up to there does not depend on the length of the run.
 */
export const warmupStableDecay = declareSchedule({
  type: 'warmup-stable-decay',
  describe: 'Linear warm-up, the full rate, then decay in the last share of the run (Hu et al. 2024).',
  options: {
    warmupSteps: warmupStepsOption(0),
    decayShare: numberOption({ above: 0, to: 1 }, 0.2, 'Share of the steps of the run in which the rate falls, at the end.'),
    decayShape: choiceOption(
      ['linear', 'square-root'],
      'square-root',
      'Decay linearly, or as 1 - sqrt(x), which falls faster at first (Hägele et al. 2024).',
    ),
    minimum: minimumOption,
  },
  create: ({ warmupSteps, decayShare, decayShape, minimum }, base) => ({
    learningRate({ step, steps }) {
      if (step <= warmupSteps) return warmUp(base, step, warmupSteps);
      const descent = Math.min(steps - warmupSteps, decayShare * steps);
      const x = (step - (steps - descent)) / descent;
      if (x <= 0) return base;
      return alongLine(base, minimum, decayShape === 'linear' ? x : Math.sqrt(x));
    },
  }),
});
