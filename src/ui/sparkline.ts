const bars = [...'▁▂▃▄▅▆▇█'];

/**
 * A curve as a line of bars, the lowest value as the lowest bar. If there are more values than columns, the axis of the positions is
 * logarithmic: a loss falls steeply at first, and on a linear axis the rest of the curve would look flat. Each bar is the mean of the
 * values in its part of the axis; parts without values have no bar.
 *
 * @param positions where each value was measured: above 0, ascending
 * @param width the most characters
 * @param bounds values of the lowest and the highest bar, for several curves on one scale; default: those of this curve
 */
export function sparkline(
  positions: readonly number[],
  values: readonly number[],
  width: number,
  bounds?: readonly [low: number, high: number],
): string {
  const points = values.flatMap((value, i) => (Number.isFinite(value) ? [{ position: positions[i]!, value }] : []));
  const means = points.length <= width ? points.map(({ value }) => value) : logarithmicMeans(points, width);
  const [low, high] = bounds ?? [
    means.reduce((least, mean) => Math.min(least, mean), Number.POSITIVE_INFINITY),
    means.reduce((most, mean) => Math.max(most, mean), Number.NEGATIVE_INFINITY),
  ];
  const top = bars.length - 1;
  const heightOf = (mean: number) => Math.round(((Math.min(Math.max(mean, low), high) - low) / (high - low)) * top);
  return means.map((mean) => bars[high > low ? heightOf(mean) : 0]).join('');
}

function logarithmicMeans(points: readonly { position: number; value: number }[], width: number): number[] {
  const first = Math.log(points[0]!.position);
  const span = Math.log(points.at(-1)!.position) - first;
  const sums = Array.from({ length: width }, () => ({ sum: 0, count: 0 }));
  for (const { position, value } of points) {
    const part = sums[Math.min(width - 1, Math.floor(((Math.log(position) - first) / span) * width))]!;
    part.sum += value;
    part.count++;
  }
  return sums.filter(({ count }) => count > 0).map(({ sum, count }) => sum / count);
}
