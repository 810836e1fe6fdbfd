import type { Schedule } from './schedule.js';

/**
 * Up along a line for the warm-up, then down half a cosine to the minimum at the last step (Loshchilov and Hutter 2017):
 * minimum + (base - minimum) (1 + cos(pi x)) / 2.
 */
export function cosine(base: number, warmupSteps: number, minimum: number): Schedule {
  return {
    learningRate({ step, steps }) {
      if (step <= warmupSteps) return (base * step) / warmupSteps;
      const x = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps));
      return minimum + ((base - minimum) * (1 + cosineOfHalfTurns(x))) / 2;
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
