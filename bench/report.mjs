/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * A table in Markdown.
 *
 * @param {readonly string[]} header
 * @param {readonly (readonly string[])[]} rows
 * @param {(column: number) => boolean} isText whether a column begins at the left; numbers end at the right
 * @returns {string}
 */
export function markdownTable(header, rows, isText = (column) => column === 0) {
  const rule = header.map((_, column) => (isText(column) ? '---' : '---:'));
  return [header, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/**
 * @param {number[]} values at least one
 * @returns {number} the middle value; the mean of the middle two for an even count
 */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * Tokens per second of one contestant at one size, with the project's speed as a multiple of it.
 *
 * @typedef {object} Summary
 * @property {string} contestant
 * @property {number} median
 * @property {number} best
 * @property {number} [ratio] the project's median over this one's median; absent when the project did not run
 * @property {number} [bestRatio] the same of the best rounds
 */

/**
 * @param {Record<string, number[]>} figures tokens per second of each round by contestant
 * @param {string} project the contestant whose ratios are asked
 * @returns {Summary[]}
 */
export function summarize(figures, project) {
  const own = figures[project];
  return Object.entries(figures).map(([contestant, values]) => {
    const summary = { contestant, median: median(values), best: Math.max(...values) };
    if (!own || contestant === project) return summary;
    return { ...summary, ratio: median(own) / summary.median, bestRatio: Math.max(...own) / summary.best };
  });
}

/**
 * A Markdown table, one row for each size and contestant.
 *
 * @param {Record<string, Summary[]>} summaries by size
 * @param {string} project
 * @returns {string}
 */
export function table(summaries, project) {
  const header = ['size', 'contestant', 'median tokens/s', 'best tokens/s', `${project} / it`, 'of the best'];
  const rows = Object.entries(summaries).flatMap(([size, list]) =>
    list.map(({ contestant, median, best, ratio, bestRatio }) => [
      size,
      contestant,
      Math.round(median).toLocaleString('en'),
      Math.round(best).toLocaleString('en'),
      ratio?.toFixed(2) ?? '',
      bestRatio?.toFixed(2) ?? '',
    ]),
  );
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  /** @param {string[]} cells */
  const line = (cells) =>
    `| ${cells.map((cell, c) => (c < 2 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, column) => (column < 2 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}
