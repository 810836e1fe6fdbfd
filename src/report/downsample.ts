/** A series over the steps of a run, in ascending order of the steps. */
export interface StepSeries {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/**
 * A series with at most so many values. The values are divided into buckets of equal numbers, and the lowest and the highest value of each
 * bucket stay at their steps, so that no peak is lost; the first and the last value stay too.
 *
 * @param most at least 4
 */
export function downsample({ steps, values }: StepSeries, most: number): StepSeries {
  const count = steps.length;
  if (count <= most) return { steps, values };
  const buckets = Math.floor((most - 2) / 2);
  const kept = new Set([0]);
  for (let b = 0; b < buckets; b++) {
    const end = Math.floor(((b + 1) * count) / buckets);
    let low = Math.floor((b * count) / buckets);
    let high = low;
    for (let i = low + 1; i < end; i++) {
      if (values[i]! < values[low]!) low = i;
      if (values[i]! > values[high]!) high = i;
    }
    kept.add(Math.min(low, high)).add(Math.max(low, high));
  }
  kept.add(count - 1);
  const indices = [...kept].sort((a, b) => a - b);
  return { steps: indices.map((i) => steps[i]!), values: indices.map((i) => values[i]!) };
}
