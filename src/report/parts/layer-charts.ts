import type { ChartBlock, ChartLine } from '../blocks.js';
import type { DiagnosedRun } from './diagnosed-runs.js';

/** Most charts of one kind, where each layer has its own. */
const MOST_LAYERS = 4;

/** A curve of a layer of a run. */
export interface LayerCurve {
  readonly layer: number;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** How charts of layers are called, and what they show. */
type ChartFrame = Omit<ChartBlock, 'type' | 'lines'>;

/**
 * Curves of the layers of runs, now and before the training. The layers of one run are in one chart. Of several runs each layer has a chart,
 * with the runs side by side: so that runs with different cells, for example, can be compared.
 *
 * @param levels lines to compare with, in every chart
 */
export function layerCharts(
  frame: ChartFrame,
  runs: readonly DiagnosedRun[],
  curvesOf: (run: DiagnosedRun) => { readonly now: readonly LayerCurve[]; readonly before: readonly LayerCurve[] },
  levels: readonly ChartLine[],
): ChartBlock[] {
  const all = runs.flatMap((run) => {
    const { now, before } = curvesOf(run);
    return [
      ...now.map((curve) => ({ ...curve, run, isNow: true })),
      ...before.map((curve) => ({ ...curve, run, isNow: false })),
    ];
  });
  const curves = all.filter(({ steps }) => steps.length > 0);
  const isOne = runs.length === 1;
  const layers = [...new Set(curves.map(({ layer }) => layer))].sort((a, b) => a - b).slice(0, MOST_LAYERS);
  const lineOf = ({ layer, steps, values, run, isNow }: (typeof curves)[number]): ChartLine => ({
    name: `${isOne ? `layer ${layer + 1}` : run.name}${isNow ? '' : ' before the training'}`,
    run: run.run,
    colour: isOne ? layers.indexOf(layer) : run.run,
    kind: isNow ? 'line' : 'dashed',
    steps,
    values,
  });
  if (layers.length === 0) return [];
  if (isOne)
    return [
      { type: 'chart', ...frame, lines: [...curves.filter(({ layer }) => layers.includes(layer)).map(lineOf), ...levels] },
    ];
  return layers.map((layer) => ({
    type: 'chart',
    ...frame,
    id: `${frame.id}-${layer}`,
    title: `${frame.title}: layer ${layer + 1}`,
    lines: [...curves.filter((curve) => curve.layer === layer).map(lineOf), ...levels],
  }));
}

/** The training windows of runs as marks of an axis of steps, each length once. */
export function windowMarks(runs: readonly DiagnosedRun[]): { at: number; name: string }[] {
  const windows = [...new Set(runs.map(({ measured }) => measured.window))].sort((a, b) => a - b);
  return windows.map((at) => ({ at, name: `training window: ${at}` }));
}
