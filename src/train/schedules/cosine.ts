import { choiceOption, optional, wholeNumberOption } from '../../foundation/options.js';
import { alongCosine } from './curve.js';
import { declareSchedule, minimumOption, warmUp, warmupStepsOption } from './schedule.js';

/**
 * Linear warm-up, then decay along half a cosine (Loshchilov and Hutter 2017): minimum + (base - minimum) (1 + cos(pi x)) / 2. The minimum
 * is reached at step `decaySteps`, by default the last step of the run. After it the rate stays at the minimum, or the decay is repeated
 * without the warm-up (`afterDecay: restart`).
 */
export const cosine = declareSchedule({
  type: 'cosine',
  describe: 'Linear warm-up, then cosine decay (Loshchilov and Hutter 2017).',
  options: {
    warmupSteps: warmupStepsOption(0),
    minimum: minimumOption,
    decaySteps: optional(
      wholeNumberOption(1, 1_000_000_000_000, 1, 'Step at which the rate reaches the minimum.'),
      'the last step of the run, also if the run is made longer',
    ),
    afterDecay: optional(
      choiceOption(
        ['hold', 'restart'],
        'hold',
        'After decaySteps: stay at the minimum (hold), or repeat the decay without warm-up every decaySteps (restart).',
      ),
      'hold',
    ),
  },
  create({ warmupSteps, minimum, decaySteps, afterDecay }, base) {
    const descent = (x: number) => alongCosine(base, minimum, x);
    return {
      learningRate({ step, steps }) {
        const length = decaySteps ?? steps;
        if (afterDecay === 'restart' && step > length) return descent((((step - 1) % length) + 1) / length);
        if (step <= warmupSteps) return warmUp(base, step, warmupSteps);
        return descent(Math.min(1, (step - warmupSteps) / Math.max(1, length - warmupSteps)));
      },
    };
  },
});
