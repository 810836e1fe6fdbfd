import type { Schedule, ScheduleChoice } from './schedule.js';

type CosineOptions = Omit<Extract<ScheduleChoice, { type: 'cosine' }>, 'type'>;

/**
 * Up along a line for the warm-up, then down half a cosine (Loshchilov and Hutter 2017): minimum + (base - minimum) (1 + cos(pi x)) / 2.
 * The minimum is reached at step `decaySteps`, by default the last step of the run. After it the rate stays at the minimum, or the
 * descent is repeated without the warm-up (`afterDecay: restart`).
 */
export function cosine(base: number, { warmupSteps, minimum, decaySteps, afterDecay }: CosineOptions): Schedule {
  const descent = (x: number) => minimum + ((base - minimum) * (1 + cosineOfHalfTurns(x))) / 2;
  return {
    learningRate({ step, steps }) {
      const length = decaySteps ?? steps;
      if (afterDecay === 'restart' && step > length) return descent((((step - 1) % length) + 1) / length);
      if (step <= warmupSteps) return (base * step) / warmupSteps;
      return descent(Math.min(1, (step - warmupSteps) / Math.max(1, length - warmupSteps)));
    },
  };
}

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
