const bars = [...' ▁▂▃▄▅▆▇█'];
const STEPS = bars.length - 1;

/**
 * Values as vertical bars, one column each, over several lines: the largest is as high as the plot, the smallest has one step of a line. If
 * there are more values than columns, adjacent ones are averaged.
 *
 * @returns the lines from top to bottom, without trailing spaces
 */
export function barPlot(values: readonly number[], { width, height }: { width: number; height: number }): string[] {
  const columns = Math.min(width, values.length);
  const means = Array.from({ length: columns }, (_, i) => {
    const part = values.slice(Math.floor((i * values.length) / columns), Math.floor(((i + 1) * values.length) / columns));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const low = Math.min(...means);
  const high = Math.max(...means);
  const heights = means.map((mean) => 1 + (high > low ? Math.round(((mean - low) / (high - low)) * (height * STEPS - 1)) : 0));
  return Array.from({ length: height }, (_, line) => {
    const below = (height - 1 - line) * STEPS;
    return heights
      .map((top) => bars[Math.max(0, Math.min(STEPS, top - below))]!)
      .join('')
      .trimEnd();
  });
}
