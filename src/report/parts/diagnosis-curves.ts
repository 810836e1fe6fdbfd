import type { ChartBlock, ChartLine } from '../blocks.js';
import type { ReportedRun } from '../reported-run.js';

/** No chart without values. */
export type ChartMaker = (
  id: string,
  title: string,
  unit: string,
  lines: readonly ChartLine[],
  logarithmic?: boolean,
) => readonly ChartBlock[];

/** The most lines of parameters in a chart of one run, and of several runs together. */
const MOST_LINES = 8;

/** The curves of `training.diagnostics`. */
export function diagnosisCharts(runs: readonly ReportedRun[], chart: ChartMaker): ChartBlock[] {
  const single = (tag: string) =>
    runs.flatMap(({ series, name }, run): ChartLine[] => {
      const found = series.get(tag);
      return found === undefined
        ? []
        : [{ name: runs.length === 1 ? tag.replaceAll('_', ' ') : name, run, kind: 'line', ...found }];
    });
  const byParameter = (id: string, prefix: string, title: string, unit: string, logarithmic: boolean) => {
    const { lines, omitted } = largestLines(runs, prefix);
    return chart(id, omitted > 0 ? `${title}: the largest, without ${omitted} others` : title, unit, lines, logarithmic);
  };
  return [
    ...byParameter('chart-update', 'update_ratio/', 'Change of each matrix in a step', '|change| / |weights|', true),
    ...byParameter('chart-gradients', 'gradient_norm/', 'Norm of the gradient of each parameter', 'L2 norm', true),
    ...chart('chart-noise', 'Noise scale of the gradient', 'tokens', single('noise_scale'), true),
    ...chart('chart-clipped', 'Steps whose gradients were clipped', 'share of the steps', single('clipped_share')),
    ...byParameter('chart-epsilon', 'below_epsilon/', 'Second moments below epsilon', 'share of the values', false),
  ];
}

/** The lines of the tags with a prefix whose mean is the largest; those that are always zero are omitted without being counted. */
function largestLines(runs: readonly ReportedRun[], prefix: string): { lines: ChartLine[]; omitted: number } {
  const all = runs.flatMap(({ series, name }, run) =>
    [...series].flatMap(([tag, found]) => {
      if (!tag.startsWith(prefix) || found.values.every((value) => value === 0)) return [];
      const parameter = tag.slice(prefix.length);
      const mean = found.values.reduce((sum, value) => sum + value, 0) / found.values.length;
      const line: ChartLine = { name: runs.length === 1 ? parameter : `${name} ${parameter}`, run, kind: 'line', ...found };
      return [{ line, mean }];
    }),
  );
  const kept = new Set(all.toSorted((a, b) => b.mean - a.mean).slice(0, MOST_LINES));
  return { lines: all.filter((one) => kept.has(one)).map(({ line }) => line), omitted: all.length - kept.size };
}
