import { formatCount, formatLoss, formatNumber, rangeOf } from '../../ui/format.js';
import type { BarsBlock, ReportBlock, TableBlock } from '../blocks.js';
import type { MeasuredSteps, ReportedSpike } from '../diagnosis.js';
import { blocksOfDiagnoses, shareText } from './diagnosed-runs.js';
import type { ReportPart } from './part.js';

/** How much a step of training changes the weights. */
export const stepSizes: ReportPart = {
  id: 'steps',
  title: 'Size of the steps',
  blocks: (contents) =>
    blocksOfDiagnoses(contents, [explanation], ({ run, measured: { steps, firstSteps, spikes } }): ReportBlock[] => [
      ...(steps === undefined ? [] : [ratioBars(steps, firstSteps, run), tableOf(steps, firstSteps)]),
      ...(spikes.length === 0 ? [] : [spikeTable(spikes)]),
    ]),
};

const explanation =
  'A few steps that continue the training in memory, at the learning rate of the configuration without its schedule, and the first steps of the ' +
  'training again. About 0.1% is a usual change of a matrix in one step of a long training, and a few percent are usual in the first steps. Far ' +
  'smaller changes show a learning rate that is too low, or a layer that does not learn. Changes of 10% and more late in a training show a rate ' +
  'that is too high. A batch much below the noise scale (McCandlish et al. 2018) gives noisy steps; one far above it repeats what fewer tokens ' +
  'would say. The noise scale is not known where the gradients of different batches have nothing in common.';

/** A usual change: a rule of thumb of many courses. */
const USUAL = 1e-3;

function ratioBars({ updates }: MeasuredSteps, first: MeasuredSteps | undefined, run: number): BarsBlock {
  const before = new Map(first?.updates.map(({ name, ratio }) => [name, ratio]));
  return {
    type: 'bars',
    id: `updates-${run}`,
    title: 'Change of each weight matrix in a step',
    unit: 'norm of the change / norm of the weights',
    logarithmic: true,
    parts: ['now'],
    ...(before.size > 0 && { markIs: 'in the first steps of the training' }),
    level: { at: USUAL, name: 'usual: 0.1%' },
    barsAre: 'matrix',
    bars: updates.map(({ name, ratio }) => {
      const mark = before.get(name);
      return { name, lengths: [ratio], text: shareText(ratio), ...(mark !== undefined && { mark }) };
    }),
  };
}

function tableOf(steps: MeasuredSteps, first: MeasuredSteps | undefined): TableBlock {
  const row = (
    name: string,
    { learningRate, gradientNorms: norms, clippedShare, noiseScale, tokens, belowEpsilon }: MeasuredSteps,
  ) => [
    name,
    formatNumber(learningRate),
    rangeOf(norms, formatNumber),
    clippedShare === undefined ? 'no clipping' : shareText(clippedShare),
    formatCount(tokens),
    noiseScale === undefined ? 'not known' : formatCount(noiseScale),
    belowEpsilon === undefined ? 'no epsilon' : mostBelow(belowEpsilon),
  ];
  return {
    type: 'table',
    caption: 'Steps of training',
    columns: [
      { heading: 'steps' },
      ...['learning rate', 'norms of the gradients', 'clipped steps', 'tokens of a batch', 'noise scale, in tokens'].map(
        (heading) => ({ heading, isNumber: true }),
      ),
      { heading: 'second moments below epsilon' },
    ],
    rows: [row('now', steps), ...(first ? [row('first', first)] : [])],
  };
}

/** The tensor with the largest share; a step there is no longer scaled by the gradients. */
function mostBelow(shares: readonly { readonly name: string; readonly share: number }[]): string {
  const [most] = shares.filter(({ share }) => share > 0).toSorted((a, b) => b.share - a.share);
  return most === undefined ? 'none' : `${shareText(most.share)} of ${most.name}`;
}

function spikeTable(spikes: readonly ReportedSpike[]): TableBlock {
  return {
    type: 'table',
    caption: 'Spikes of the training loss, in nats per token; textloom diagnose shows their batches',
    columns: ['steps', 'loss', 'usual before', 'peak', 'usual again after step'].map((heading) => ({
      heading,
      isNumber: true,
    })),
    rows: spikes.map(({ from, to, loss, usual, peak, until }) => [
      `${formatCount(from)} to ${formatCount(to)}`,
      ...[loss, usual, peak].map((value) => formatLoss(value)),
      formatCount(until),
    ]),
  };
}
