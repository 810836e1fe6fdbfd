const bars = [...'▁▂▃▄▅▆▇█'];

/**
 * A curve as a line of bars, the lowest value as the lowest bar. If there are more values than columns, the axis of the positions is
 * logarithmic: a loss falls steeply at first, and on a linear axis the rest of the curve would look flat. Each bar is the mean of the
 * values in its part of the axis; parts without values have no bar.
 *
 * @param positions where each value was measured: above 0, ascending
 * @param width the most characters
 */
export function sparkline(positions: readonly number[], values: readonly number[], width: number): string {
  const points = values.flatMap((value, i) => (Number.isFinite(value) ? [{ position: positions[i]!, value }] : []));
  const means = points.length <= width ? points.map(({ value }) => value) : logarithmicMeans(points, width);
  const low = means.reduce((least, mean) => Math.min(least, mean), Number.POSITIVE_INFINITY);
  const high = means.reduce((most, mean) => Math.max(most, mean), Number.NEGATIVE_INFINITY);
  const top = bars.length - 1;
  return means.map((mean) => bars[high > low ? Math.round(((mean - low) / (high - low)) * top) : 0]).join('');
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
