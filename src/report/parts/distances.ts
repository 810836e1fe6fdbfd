import { formatCount, formatLoss, plural } from '../../ui/format.js';
import type { BarsBlock, ChartBlock, ReportBlock } from '../blocks.js';
import type { MeasuredFit } from '../diagnosis.js';
import { blocksOfDiagnoses } from './diagnosed-runs.js';
import type { ReportPart } from './part.js';

/** What is left to learn: the loss beside those of models that count, and beside the entropy; and how much history lowers it. */
export const distances: ReportPart = {
  id: 'distances',
  title: 'Distance to the entropy and to n-grams',
  blocks: (contents) =>
    blocksOfDiagnoses(contents, [explanation], ({ run, measured: { fit } }): ReportBlock[] => [
      ...lossBars(fit, run),
      ...historyChart(fit, run),
    ]),
};

const explanation =
  'The same predictions by several models. A unigram knows only how frequent each token is; a Kneser-Ney model counts n-grams of the training text ' +
  '(Chen and Goodman 1999). A network whose bar is not clearly shorter than that of the n-grams has learned little that counting does not give. ' +
  'Where the process that generated the text is known, its entropy is the shortest bar that any model can be expected to reach. ' +
  'The curve below shows the loss after reading only so many tokens before each prediction (Khandelwal et al. 2018): where it becomes flat, ' +
  'the model makes no use of a longer history.';

function lossBars({ comparison: { natsPerToken, predictions, entropy, counting } }: MeasuredFit, run: number): ReportBlock[] {
  if (entropy === undefined && counting === undefined) return [];
  const bar = (name: string, loss: number) => ({ name, lengths: [loss], text: formatLoss(loss) });
  const bars: BarsBlock = {
    type: 'bars',
    id: `distances-${run}`,
    title: 'Loss of several models on the same predictions',
    unit: 'nats per token',
    logarithmic: false,
    parts: ['loss'],
    barsAre: 'model',
    bars: [
      ...(counting ? [bar('unigram', counting.unigram), bar(`Kneser-Ney, order ${counting.order}`, counting.kneserNey)] : []),
      bar('this model', natsPerToken),
      ...(entropy === undefined ? [] : [bar('entropy of the text', entropy)]),
    ],
  };
  const counted = counting
    ? ` The n-grams are those of the first ${plural(counting.trainingTokens, 'token')} of the training text.`
    : '';
  return [
    bars,
    { type: 'paragraph', text: `The first ${plural(predictions, 'prediction')} of the text, as one stream.${counted}` },
  ];
}

function historyChart({ context }: MeasuredFit, run: number): ChartBlock[] {
  if (context === undefined) return [];
  const { losses, positions } = context;
  // A logarithmic axis has no place for an empty history.
  const shown = losses.filter(({ history }) => history > 0);
  return [
    {
      type: 'chart',
      id: `chart-history-${run}`,
      title: 'Loss after a history of so many tokens',
      unit: `nats per token, ${formatCount(positions)} predictions`,
      logarithmic: false,
      axis: { name: 'Tokens read before', logarithmic: true, marks: [] },
      lines: [
        {
          name: 'loss',
          run,
          colour: 0,
          kind: 'points',
          steps: shown.map(({ history }) => history),
          values: shown.map(({ natsPerToken }) => natsPerToken),
        },
      ],
    },
  ];
}
