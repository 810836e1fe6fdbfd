const bars = [...'▁▂▃▄▅▆▇█'];

/**
 * A curve as a line of bars, the lowest value as the lowest bar.
 *
 * @param width characters at most; where there are more values, each bar is the mean of its share of them.
 */
export function sparkline(values: readonly number[], width: number): string {
  const finite = values.filter(Number.isFinite);
  const count = Math.min(width, finite.length);
  const means = Array.from({ length: count }, (_, i) => {
    const share = finite.slice(Math.floor((i * finite.length) / count), Math.floor(((i + 1) * finite.length) / count));
    return share.reduce((sum, value) => sum + value, 0) / share.length;
  });
  const low = means.reduce((least, mean) => Math.min(least, mean), Number.POSITIVE_INFINITY);
  const high = means.reduce((most, mean) => Math.max(most, mean), Number.NEGATIVE_INFINITY);
  const top = bars.length - 1;
  return means.map((mean) => bars[high > low ? Math.round(((mean - low) / (high - low)) * top) : 0]).join('');
}
