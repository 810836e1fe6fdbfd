import type { TensorData } from '../../files/safetensors-format.js';

/** Statistics of a tensor. Numbers that are not finite are counted and excluded from everything else. */
export interface TensorStatistics {
  readonly count: number;
  /** Euclidean (Frobenius). */
  readonly norm: number;
  readonly mean: number;
  /** Population standard deviation: divided by the count. */
  readonly standardDeviation: number;
  /** Null if there is no finite number. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** Present if there are any. */
  readonly nonFinite?: number;
}

/** Two passes in float64, so that the deviation of numbers far from zero is accurate. */
export function tensorStatistics(data: TensorData): TensorStatistics {
  let [sum, squares, finite] = [0, 0, 0];
  let [minimum, maximum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    const x = Number(data[i]!);
    if (!Number.isFinite(x)) continue;
    finite++;
    sum += x;
    squares += x * x;
    if (x < minimum) minimum = x;
    if (x > maximum) maximum = x;
  }
  const mean = sum / Math.max(1, finite);
  let deviations = 0;
  for (let i = 0; i < data.length; i++) {
    const d = Number(data[i]!) - mean;
    if (Number.isFinite(d)) deviations += d * d;
  }
  return {
    count: data.length,
    norm: Math.sqrt(squares),
    mean,
    standardDeviation: Math.sqrt(deviations / Math.max(1, finite)),
    minimum: finite > 0 ? minimum : null,
    maximum: finite > 0 ? maximum : null,
    ...(finite < data.length && { nonFinite: data.length - finite }),
  };
}
