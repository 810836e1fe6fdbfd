import type { ChartBlock, ChartLine, ReportBlock } from '../blocks.js';
import { downsample, type StepSeries } from '../downsample.js';
import type { SeriesKind } from '../page-data.js';
import type { ReportedRun } from '../reported-run.js';
import { type ChartMaker, diagnosisCharts } from './diagnosis-curves.js';
import type { ReportPart } from './part.js';

/** The most values of a line, and of all lines of a report: they keep the report of any number of steps under 2 MB. */
const MOST_OF_LINE = 3000;
const MOST_OF_ALL = 60_000;

/** Every series of the metrics of all runs. */
export const curves: ReportPart = {
  id: 'curves',
  title: 'Curves',
  blocks({ runs }) {
    const charts = chartsOf(runs);
    const lines = charts.flatMap((chart) => chart.lines);
    if (lines.length === 0) return [];
    const most = Math.max(4, Math.min(MOST_OF_LINE, Math.floor(MOST_OF_ALL / lines.length)));
    const isReduced = lines.some(({ steps }) => steps.length > most);
    const reduced = charts.map((chart) => ({
      ...chart,
      lines: chart.lines.map((line) => ({ ...line, ...downsample(line, most) })),
    }));
    const text = isReduced
      ? `A line of more than ${most} values is reduced to the lowest and the highest value of each of ${Math.floor((most - 2) / 2)} equal parts, so that no peak is lost.`
      : 'The lines show every value of the metrics.';
    return [
      { type: 'paragraph', text },
      ...(runs.length > 1 ? [{ type: 'run-choice' } satisfies ReportBlock] : []),
      ...reduced,
    ];
  },
};

const nats = 'nats per token';

function chartsOf(runs: readonly ReportedRun[]): ChartBlock[] {
  const tags = new Set(runs.flatMap(({ series }) => [...series.keys()]));
  const chart: ChartMaker = (id, title, unit, lines, logarithmic = false) => {
    const drawn = lines.filter(({ steps }) => steps.length > 0);
    return drawn.length === 0 ? [] : [{ type: 'chart', id, title, unit, logarithmic, lines: drawn }];
  };
  const simple = (tag: string, kind: SeriesKind = 'line') => runs.flatMap((run, i) => lineOf(run, i, tag, kind, runs.length));
  const terms = [...tags].filter((tag) => tag.startsWith('objective/'));
  const directions = [...tags].filter((tag) => /^loss\/(train|validation)\/./.test(tag));
  const gradients = simple('gradient_norm');
  return [
    ...chart('chart-loss', 'Loss', nats, lossLines(runs)),
    ...chart(
      'chart-directions',
      'Loss of each direction',
      nats,
      directions.flatMap((tag) => {
        const [, split, direction] = tag.split('/');
        const name = `${split === 'train' ? 'training' : split} ${direction}`;
        return named(simple(tag, split === 'train' ? 'line' : 'points'), name, runs.length);
      }),
    ),
    ...chart('chart-epoch', 'Mean training loss of each epoch', nats, severalOf(simple('loss/epoch', 'points'))),
    ...chart('chart-rate', 'Learning rate', 'learning rate', simple('learning_rate')),
    ...chart(
      'chart-gradient',
      'Norm of the gradients before clipping',
      'L2 norm',
      gradients,
      spansDecades(gradients.flatMap(({ values }) => values)),
    ),
    ...diagnosisCharts(runs, chart),
    ...terms.flatMap((tag, i) => {
      const term = tag.slice('objective/'.length);
      return chart(`chart-term-${i}`, `Term of the objective: ${term}`, 'weighted, per token', simple(tag));
    }),
  ];
}

/** Whether values have so different sizes that small ones could not be seen on a linear axis. */
function spansDecades(values: readonly number[]): boolean {
  const positive = values.filter((value) => value > 0);
  const [low, high] = positive.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Number.MAX_VALUE, 0]);
  return high > 100 * low;
}

/** An epoch of one value has no curve. */
const severalOf = (lines: readonly ChartLine[]) => lines.filter(({ steps }) => steps.length > 1);

const named = (lines: readonly ChartLine[], what: string, runs: number) =>
  lines.map((line) => ({ ...line, name: runs === 1 ? what : `${line.name} ${what}` }));

function lossLines(runs: readonly ReportedRun[]): ChartLine[] {
  const lines = runs.flatMap((run, i) => [
    ...named(lineOf(run, i, 'loss/train', 'line', runs.length), 'training', runs.length),
    ...named(lineOf(run, i, 'loss/validation', 'points', runs.length), 'validation', runs.length),
  ]);
  const first = Math.min(...lines.flatMap(({ steps }) => steps.slice(0, 1)));
  const last = Math.max(...lines.flatMap(({ steps }) => steps.slice(-1)));
  const levels = new Map<string, number>();
  for (const { end } of runs) {
    if (end?.validationFloor !== undefined) levels.set('entropy of the text', end.validationFloor);
    if (end?.baselines) levels.set(`n-gram model of order ${end.baselines.order}`, end.baselines.kneserNey);
  }
  const areShared = [...levels].filter(([name, level]) => runs.every((run) => levelOf(run, name) === level));
  return [
    ...lines,
    ...areShared.map(([name, level]): ChartLine => ({ name, kind: 'level', steps: [first, last], values: [level, level] })),
  ];
}

/** Runs on different texts have different levels, which would not belong to all lines. */
function levelOf({ end }: ReportedRun, name: string): number | undefined {
  return name.startsWith('entropy') ? end?.validationFloor : end?.baselines?.kneserNey;
}

function lineOf({ series, name }: ReportedRun, run: number, tag: string, kind: SeriesKind, runs: number): ChartLine[] {
  const found: StepSeries | undefined = series.get(tag);
  return found === undefined ? [] : [{ name: runs === 1 ? tagName(tag) : name, run, kind, ...found }];
}

const tagName = (tag: string) => tag.slice(tag.lastIndexOf('/') + 1).replaceAll('_', ' ');
