/**
 * Sums from which correlations of D detectors with H units follow, in groups of steps: sums of groups can be added, so that any union of
 * groups has correlations, too.
 */
export interface CorrelationSums {
  /** Adds a step to a group. @param detected D numbers @param values the H numbers from `offset` on */
  add(group: number, detected: ArrayLike<number>, values: ArrayLike<number>, offset: number): void;
  /**
   * Pearson's correlation of a detector with a unit over all steps of some groups; undefined where one of them does not vary.
   */
  correlation(detector: number, unit: number, groups: readonly number[]): number | undefined;
}

/** Variances below this share of the mean square are rounding. */
const ROUNDING = 1e-12;

export function correlationSums(groups: number, D: number, H: number): CorrelationSums {
  const counts = new Float64Array(groups);
  /** Sums and sums of squares of detectors, [groups * D], and of units, [groups * H]; sums of products, [groups * D * H]. */
  const [x, xx] = [new Float64Array(groups * D), new Float64Array(groups * D)];
  const [y, yy] = [new Float64Array(groups * H), new Float64Array(groups * H)];
  const xy = new Float64Array(groups * D * H);
  const over = (sums: Float64Array, places: readonly number[]) => places.reduce((sum, place) => sum + sums[place]!, 0);
  return {
    add(group, detected, values, offset) {
      counts[group]!++;
      for (let h = 0, at = group * H; h < H; h++, at++) {
        const value = values[offset + h]!;
        y[at]! += value;
        yy[at]! += value * value;
      }
      for (let d = 0, at = group * D; d < D; d++, at++) {
        const number = detected[d]!;
        x[at]! += number;
        xx[at]! += number * number;
        // Most detectors are 0 most of the time.
        if (number === 0) continue;
        for (let h = 0, to = at * H; h < H; h++, to++) xy[to]! += number * values[offset + h]!;
      }
    },
    correlation(detector, unit, chosen) {
      const n = over(counts, chosen);
      const ofDetector = chosen.map((group) => group * D + detector);
      const ofUnit = chosen.map((group) => group * H + unit);
      const [meanX, meanY] = [over(x, ofDetector) / n, over(y, ofUnit) / n];
      const [squareX, squareY] = [over(xx, ofDetector) / n, over(yy, ofUnit) / n];
      const [varianceX, varianceY] = [squareX - meanX * meanX, squareY - meanY * meanY];
      if (!(varianceX > ROUNDING * squareX && varianceY > ROUNDING * squareY)) return undefined;
      const products = over(
        xy,
        ofDetector.map((place) => place * H + unit),
      );
      const correlation = (products / n - meanX * meanY) / Math.sqrt(varianceX * varianceY);
      return Math.max(-1, Math.min(1, correlation));
    },
  };
}
