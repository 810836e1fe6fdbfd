import { formatNumber } from '../../ui/format.js';
import type { ChartLine, TableBlock } from '../blocks.js';
import type { FlowOfLayer } from '../diagnosis.js';
import { type DiagnosedRun, diagnosedRuns, layerTitle } from './diagnosed-runs.js';
import { type LayerCurve, layerCharts, windowMarks } from './layer-charts.js';
import type { ReportPart } from './part.js';

/** A curve ends before the first share below this: further back there are mostly rounding errors. */
const SMALLEST = 1e-6;
/** The share at which the horizon is. */
const HORIZON = 0.01;

/** How the loss of a step depends on the states that earlier steps left. */
export const flowByLag: ReportPart = {
  id: 'gradient-flow',
  title: 'Gradient flow by lag',
  blocks(contents) {
    const runs = diagnosedRuns(contents).filter(({ measured }) => measured.flow.length > 0);
    if (runs.length === 0) return [];
    const frame = {
      id: 'chart-flow',
      title: 'Gradient by steps back',
      unit: 'norm, as a share of that of one step back',
      logarithmic: true,
      axis: { name: 'Steps back', logarithmic: true, marks: windowMarks(runs) },
    };
    const end = Math.max(...runs.flatMap(({ measured }) => measured.flow.map(({ norms }) => norms.length)));
    const level: ChartLine = { name: '1%', kind: 'level', steps: [1, end], values: [HORIZON, HORIZON] };
    const charts = layerCharts(
      frame,
      runs,
      ({ measured: { flow, initialFlow } }) => ({ now: flow.map(curveOf), before: initialFlow.map(curveOf) }),
      [level],
    );
    return [{ type: 'paragraph', text: explanation }, ...charts, tableOf(runs)];
  },
};

const explanation =
  'How much the loss of a step depends on the state that earlier steps left in a recurrent layer (Bengio et al. 1994, Pascanu et al. 2013). ' +
  'A line that falls slowly is good: the model can learn from what lies far back. A line that falls steeply shows vanishing gradients, one ' +
  'that rises to the right exploding gradients. Where the line is still high at the training window, a longer window would teach more; ' +
  'where it has fallen below 1% long before, a shorter one would do.';

/** Both axes are logarithmic: 1 is the step whose state the last step reads. */
function curveOf({ layer, norms }: FlowOfLayer): LayerCurve {
  const shares = norms.map((norm) => norm / norms[0]!);
  const end = shares.findIndex((share) => !(share >= SMALLEST));
  const values = end < 0 ? shares : shares.slice(0, end);
  return { layer, steps: values.map((_, k) => k + 1), values };
}

function tableOf(runs: readonly DiagnosedRun[]): TableBlock {
  const row = (name: string, when: string, { layer, norms, rate, horizon }: FlowOfLayer) => [
    `${runs.length === 1 ? '' : `${name}, `}${layerTitle(layer)}${when}`,
    formatNumber(norms[0]!),
    rate.toFixed(3),
    horizon === undefined ? `after more than ${norms.length} steps` : `after ${horizon + 1} steps`,
  ];
  return {
    type: 'table',
    caption: 'Gradient flow of each recurrent layer',
    columns: [
      { heading: 'layer' },
      ...['norm one step back', 'factor of each step', 'below 1%'].map((heading) => ({ heading, isNumber: true })),
    ],
    rows: runs.flatMap(({ name, measured: { flow, initialFlow } }) =>
      flow.flatMap((now) => {
        const before = initialFlow.find(({ layer }) => layer === now.layer);
        return [row(name, '', now), ...(before ? [row(name, ' before the training', before)] : [])];
      }),
    ),
  };
}
