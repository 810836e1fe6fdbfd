import { formatCount, formatNumber } from '../../ui/format.js';
import type { BarsBlock, ChartLine, ReportBlock, TableBlock } from '../blocks.js';
import type { MeasuredStates } from '../diagnosis.js';
import { blocksOfDiagnoses, type DiagnosedRun, diagnosedRuns, layerTitle, shareText } from './diagnosed-runs.js';
import { type LayerCurve, layerCharts } from './layer-charts.js';
import type { ReportPart } from './part.js';

/** Points of a curve of time constants. */
const POINTS = 100;

/** How long units remember, and what gates and units of each layer do. */
export const layerMemory: ReportPart = {
  id: 'memory',
  title: 'Memory, gates and units',
  blocks(contents) {
    const runs = diagnosedRuns(contents).filter(({ measured }) => measured.states.units.layers.length > 0);
    if (runs.length === 0) return [];
    const timed = runs.filter(({ measured }) => measured.states.gates.memories.length > 0);
    const charts = timed.length === 0 ? [] : [paragraph(memoryText), ...timeConstants(timed)];
    return [...charts, ...blocksOfDiagnoses(contents, [unitsText], unitBlocks)];
  },
};

const paragraph = (text: string): ReportBlock => ({ type: 'paragraph', text });

const memoryText =
  'How long the units of each layer remember: the steps in which a unit forgets all but 1/e (37%) of its memory, from the mean of the gate ' +
  'that keeps it. Units are in order, from the shortest memory to the longest. A curve that rises to large values on the right is good: some ' +
  'units follow what is far back, others what is near. A flat curve near 1 is bad: the layer hardly uses its memory. The level is the training ' +
  'window, beyond which no gradient reaches.';

const unitsText =
  'What gates and units do while the model reads. A gate that is nearly always open or closed decides nothing; one that is both, at different ' +
  'times, does. A dead unit always gives nearly 0, a stuck unit always the same: both are lost capacity. Lyapunov exponents are the rates at ' +
  'which small differences of the state grow (above 0: chaotic, gradients explode) or fade (far below 0: forgetful); slightly below 0 is what ' +
  'learning over many steps needs (Engelken et al. 2023).';

function timeConstants(runs: readonly DiagnosedRun[]): ReportBlock[] {
  const frame = {
    id: 'chart-memory',
    title: 'Time constants of the units',
    unit: 'steps',
    logarithmic: true,
    axis: { name: 'Units with a shorter memory, in percent', logarithmic: false, marks: [] },
  };
  const windows = [...new Set(runs.map(({ measured }) => measured.window))];
  const levels = windows.map(
    (window): ChartLine => ({ name: `training window: ${window}`, kind: 'level', steps: [0, 100], values: [window, window] }),
  );
  const curves = (states: MeasuredStates | undefined) => (states?.gates.memories ?? []).map(memoryCurve);
  return layerCharts(
    frame,
    runs,
    ({ measured: { states, initialStates } }) => ({ now: curves(states), before: curves(initialStates) }),
    levels,
  );
}

/** Units without or with endless memory have no place on a logarithmic axis: the curve begins after them, or ends before them. */
function memoryCurve({ layer, timeConstants: all }: MeasuredStates['gates']['memories'][number]): LayerCurve {
  const sorted = Float64Array.from(all).sort();
  const count = Math.min(POINTS, sorted.length);
  const points = Array.from({ length: count }, (_, i) => {
    const unit = count === 1 ? 0 : Math.round((i * (sorted.length - 1)) / (count - 1));
    return { step: Number(((100 * unit) / Math.max(1, sorted.length - 1)).toFixed(1)), value: sorted[unit]! };
  }).filter(({ value }) => value > 0 && Number.isFinite(value));
  return { layer, steps: points.map(({ step }) => step), values: points.map(({ value }) => value) };
}

function unitBlocks({ run, measured: { states, initialStates } }: DiagnosedRun): ReportBlock[] {
  if (states.units.layers.length === 0) return [];
  return [
    ...gateBars(states, run),
    unitTable(states),
    ...exponentTable(states),
    ...(initialStates ? [folded([unitTable(initialStates), ...exponentTable(initialStates)])] : []),
  ];
}

const folded = (blocks: readonly TableBlock[]): ReportBlock => ({
  type: 'folded',
  title: 'Units and exponents before the training',
  isOpen: false,
  blocks,
});

function gateBars({ gates: { gates } }: MeasuredStates, run: number): BarsBlock[] {
  if (gates.length === 0) return [];
  return [
    {
      type: 'bars',
      id: `gates-${run}`,
      title: 'Gates',
      unit: 'share of all units and steps',
      logarithmic: false,
      end: 1,
      parts: ['closed: below 0.1', 'between', 'open: above 0.9'],
      barsAre: 'gate',
      bars: gates.map(({ layer, gate, closed, open, mean }) => ({
        name: `${layerTitle(layer)}, gate ${gate}`,
        lengths: [closed, Math.max(0, 1 - closed - open), open],
        text: `mean ${mean.toFixed(2)}`,
      })),
    },
  ];
}

function unitTable({ units, gates }: MeasuredStates): TableBlock {
  const rows = units.layers.map(({ layer, means, dead, stuck }) => {
    const memory = gates.memories.find((one) => one.layer === layer);
    const tanhs = units.tanhs.filter((tanh) => tanh.layer === layer);
    return [
      layerTitle(layer),
      ...[means, dead, stuck].map(({ length }) => formatCount(length)),
      tanhs.map(({ tap, saturated }) => `${tap} ${shareText(saturated)}`).join(', ') || '–',
      ...(memory ? memoryRange(memory.timeConstants) : ['–', '–', '–']),
    ];
  });
  return {
    type: 'table',
    caption:
      'Units of each recurrent layer; saturated: the share of the values of a tanh above 0.97 or below -0.97; memory: the steps that 10%, 50% ' +
      'and 90% of the time constants stay below',
    columns: [
      { heading: 'layer' },
      ...['units', 'dead', 'stuck', 'saturated', 'memory 10%', '50%', '90%'].map((heading) => ({ heading, isNumber: true })),
    ],
    rows,
  };
}

function memoryRange(timeConstants: Float64Array): string[] {
  const sorted = Float64Array.from(timeConstants).sort();
  return [0.1, 0.5, 0.9].map((share) => stepsText(sorted[Math.round(share * (sorted.length - 1))]!));
}

const stepsText = (value: number) => (Number.isFinite(value) ? formatNumber(Number(value.toPrecision(2))) : 'without end');

function exponentTable({ exponents }: MeasuredStates): TableBlock[] {
  const found = exponents.filter((one) => one.exponents.length > 0);
  if (found.length === 0) return [];
  return [
    {
      type: 'table',
      caption:
        'The largest Lyapunov exponents of each recurrent layer, in nats per step; interval: two standard errors to either side',
      columns: [{ heading: 'layer' }, ...['exponent', 'interval'].map((heading) => ({ heading, isNumber: true }))],
      rows: found.flatMap(({ layer, exponents: values, standardErrors }) =>
        values.map((value, i) => {
          const error = standardErrors[i]!;
          const isKnown = Number.isFinite(value);
          return [
            `${layerTitle(layer)}, ${i + 1}`,
            isKnown ? value.toFixed(3) : 'nothing of the state is left',
            isKnown ? `${(value - 2 * error).toFixed(3)} to ${(value + 2 * error).toFixed(3)}` : '–',
          ];
        }),
      ),
    },
  ];
}
