/** How long a training took. */
export interface Timing {
  /** The candidate; undefined for the config as it is. */
  readonly trial: number | undefined;
  /** Steps from the beginning, or from the checkpoint from which it continued. */
  readonly steps: number;
  readonly seconds: number;
}

/**
 * The time that a training will take: that of starting a process and reading the corpus, and a time for each step, both fitted to all trainings
 * so far by least squares; times how much slower than this the trainings of its candidate were, as larger models are.
 *
 * @param secondsPerStep the time of a step before any training has ended
 */
export function expectedSeconds(
  timings: readonly Timing[],
  { trial, steps }: Pick<Timing, 'trial' | 'steps'>,
  secondsPerStep: number,
): number {
  if (timings.length === 0) return steps * secondsPerStep;
  const { start, perStep } = fitted(timings);
  const usual = (some: readonly Pick<Timing, 'steps'>[]) => some.reduce((sum, one) => sum + start + perStep * one.steps, 0);
  const own = timings.filter((one) => one.trial === trial);
  const factor = own.length === 0 ? 1 : total(own.map(({ seconds }) => seconds)) / usual(own);
  return factor * usual([{ steps }]);
}

/** The line of least squares; through the origin where it would have a negative part or the trainings have the same length. */
function fitted(timings: readonly Timing[]): { start: number; perStep: number } {
  const count = timings.length;
  const [steps, seconds] = [total(timings.map((one) => one.steps)), total(timings.map((one) => one.seconds))];
  const middle = steps / count;
  const spread = total(timings.map((one) => (one.steps - middle) * (one.steps - middle)));
  const slope = total(timings.map((one) => (one.steps - middle) * one.seconds)) / spread;
  const start = seconds / count - slope * middle;
  const isUsable = spread > 0 && slope >= 0 && start >= 0;
  return isUsable ? { start, perStep: slope } : { start: 0, perStep: seconds / Math.max(1, steps) };
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
