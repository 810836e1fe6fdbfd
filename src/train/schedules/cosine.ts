import { choiceOption, numberOption, optional, wholeNumberOption } from '../../foundation/options.js';
import { declareSchedule } from './schedule.js';

/**
 * Up along a line for the warm-up, then down half a cosine (Loshchilov and Hutter 2017): minimum + (base - minimum) (1 + cos(pi x)) / 2.
 * The minimum is reached at step `decaySteps`, by default the last step of the run. After it the rate stays at the minimum, or the
 * descent is repeated without the warm-up (`afterDecay: restart`).
 */
export const cosine = declareSchedule({
  type: 'cosine',
  describe: 'Up along a line, then down half a cosine (Loshchilov and Hutter 2017).',
  options: {
    warmupSteps: wholeNumberOption(0, 1_000_000_000, 0, 'Steps from 0 up to the full rate.'),
    minimum: numberOption({ from: 0, to: 1000 }, 0, 'Rate at the end of the descent.'),
    decaySteps: optional(
      wholeNumberOption(1, 1_000_000_000_000, 1, 'Step at which the rate reaches the minimum.'),
      'the last step of the run, also when a run is made longer',
    ),
    afterDecay: optional(
      choiceOption(
        ['hold', 'restart'],
        'hold',
        'After decaySteps: stay at the minimum, or repeat the descent, without warm-up, every decaySteps.',
      ),
      'hold',
    ),
  },
  create({ warmupSteps, minimum, decaySteps, afterDecay }, base) {
    const descent = (x: number) => minimum + ((base - minimum) * (1 + cosineOfHalfTurns(x))) / 2;
    return {
      learningRate({ step, steps }) {
        const length = decaySteps ?? steps;
        if (afterDecay === 'restart' && step > length) return descent((((step - 1) % length) + 1) / length);
        if (step <= warmupSteps) return (base * step) / warmupSteps;
        return descent(Math.min(1, (step - warmupSteps) / Math.max(1, length - warmupSteps)));
      },
    };
  },
});

/** cos(pi x) for x in [0, 1], from sums and products alone: Math.cos may differ in its last bits between versions of V8. */
function cosineOfHalfTurns(x: number): number {
  if (x > 0.5) return -cosineOfHalfTurns(1 - x);
  const square = Math.PI * x * (Math.PI * x);
  let term = 1;
  let sum = 1;
  for (let n = 1; n <= 12; n++) {
    term *= -square / (2 * n * (2 * n - 1));
    sum += term;
  }
  return sum;
}
