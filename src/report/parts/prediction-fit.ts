import { formatCount, formatLoss } from '../../ui/format.js';
import type { BarsBlock, ChartBlock, ReportBlock, TableBlock } from '../blocks.js';
import type { BinnedLoss, MeasuredFit, ReportedCalibration } from '../diagnosis.js';
import { wilsonInterval } from '../wilson-interval.js';
import { blocksOfDiagnoses, shareText } from './diagnosed-runs.js';
import type { ReportPart } from './part.js';

/** How well the probabilities of a model agree with the text, and where its loss comes from. */
export const predictionFit: ReportPart = {
  id: 'fit',
  title: 'Fit and calibration',
  blocks(contents) {
    // Beside its pictures for one run; once for several.
    const isOne = contents.runs.length === 1;
    const beside = (text: string) => (isOne ? [paragraph(text)] : []);
    const explanations = [explanation, ...(isOne ? [] : [calibrationText, lossText])];
    return blocksOfDiagnoses(contents, explanations, ({ run, measured: { fit } }) => {
      const losses = lossBars(fit, run);
      return [
        ...gapBars(fit, run),
        ...beside(calibrationText),
        reliability(fit, run),
        calibrationTable(fit),
        ...(losses.length > 0 ? beside(lossText) : []),
        ...losses,
      ];
    });
  },
};

const paragraph = (text: string): ReportBlock => ({ type: 'paragraph', text });

const explanation =
  'A training loss far below the validation loss shows overfitting; a training loss that is much higher with dropout than without shows a ' +
  'model that dropout holds back. Bars of nearly the same length are good.';

const calibrationText =
  'Calibration: of the predictions to which a good model gives 70%, 70% are right, so that its line is on the diagonal (Guo et al. 2017). Below the ' +
  'diagonal the model is too sure of itself, above it not sure enough. The best temperature is the divisor of the logits with the lowest loss on this text.';

const lossText =
  'Where the loss comes from. Long bars at rare tokens and at n-grams that the training text does not contain are normal. Long bars at frequent ' +
  'tokens, or after n-grams that the training text contains, are not: the model has not learned what was there to learn.';

function gapBars({ gap }: MeasuredFit, run: number): ReportBlock[] {
  if (gap === undefined) return [];
  const bar = (name: string, loss: { readonly natsPerToken: number } | undefined) =>
    loss === undefined ? [] : [{ name, lengths: [loss.natsPerToken], text: formatLoss(loss.natsPerToken) }];
  const bars = [
    ...bar('training text', gap.train),
    ...bar('training text, with dropout', gap.trainWithDropout),
    ...bar('validation text', gap.validation),
  ];
  const { train, validation } = gap;
  const difference = validation && validation.natsPerToken - train.natsPerToken;
  const text =
    `Means over about ${formatCount(train.predictions)} predictions of each text, in the windows of training, with the model of the latest checkpoint. ` +
    `${difference === undefined ? '' : `Validation text minus training text: ${formatLoss(difference)} nats. `}` +
    'They have no intervals, because the measurement keeps only the means; that of the loss on the validation text is in the section on surprisal, ' +
    'which reads the text as one stream.';
  return [
    {
      type: 'bars',
      id: `gap-${run}`,
      title: 'Loss on training and validation text',
      unit: 'nats per token',
      logarithmic: false,
      parts: ['loss'],
      barsAre: 'text',
      bars,
    } satisfies BarsBlock,
    { type: 'paragraph', text },
  ];
}

function reliability({ calibration: { asTrained, best, atBest } }: MeasuredFit, run: number): ChartBlock {
  const line = (name: string, colour: number, { bins }: ReportedCalibration) => {
    const points = bins.map(({ confidence, accuracy }) => ({ x: decimals(confidence), y: accuracy })).sort((a, b) => a.x - b.x);
    return { name, colour, run, kind: 'points' as const, steps: points.map(({ x }) => x), values: points.map(({ y }) => y) };
  };
  const lines = [line('as trained', 0, asTrained), line(`at temperature ${temperatureText(best.temperature)}`, 1, atBest)];
  const diagonal = [...new Set([0, 1, ...lines.flatMap(({ steps }) => steps)])].sort((a, b) => a - b);
  return {
    type: 'chart',
    id: `chart-calibration-${run}`,
    title: 'Calibration',
    unit: 'share of predictions whose likeliest token is right',
    logarithmic: false,
    axis: { name: 'Probability of the likeliest token', logarithmic: false, marks: [] },
    lines: [...lines, { name: 'perfect calibration', kind: 'dashed', steps: diagonal, values: diagonal }],
  };
}

const decimals = (value: number) => Number(value.toFixed(4));
const temperatureText = (temperature: number) => temperature.toPrecision(3);

function calibrationTable({ calibration: { asTrained, best, atBest, predictions } }: MeasuredFit): TableBlock {
  const row = (name: string, { natsPerToken, confidence, accuracy, expectedCalibrationError }: ReportedCalibration) => {
    const [low, high] = wilsonInterval(accuracy, predictions);
    return [
      name,
      formatLoss(natsPerToken),
      shareText(confidence),
      shareText(accuracy),
      `${shareText(low)} to ${shareText(high)}`,
      shareText(expectedCalibrationError),
    ];
  };
  return {
    type: 'table',
    caption: `Calibration on ${formatCount(predictions)} predictions, spread over the text`,
    columns: [
      { heading: 'probabilities' },
      ...['nats per token', 'mean confidence', 'accuracy', '95% interval of the accuracy', 'expected calibration error'].map(
        (heading) => ({ heading, isNumber: true }),
      ),
    ],
    rows: [row('as trained', asTrained), row(`at the best temperature, ${temperatureText(best.temperature)}`, atBest)],
  };
}

function lossBars({ byFrequency, byNovelty, byPosition }: MeasuredFit, run: number): ReportBlock[] {
  const bars = (
    frame: Pick<BarsBlock, 'id' | 'title' | 'barsAre'>,
    bins: readonly BinnedLoss[] = [],
    name: (bin: BinnedLoss) => string,
  ): BarsBlock => ({
    type: 'bars',
    ...frame,
    id: `${frame.id}-${run}`,
    unit: 'nats per token',
    logarithmic: false,
    parts: ['loss'],
    level: { at: meanOf(bins), name: 'mean of all predictions' },
    bars: bins.map((bin) => ({
      name: name(bin),
      lengths: [bin.natsPerToken],
      text: `${bin.natsPerToken.toFixed(2)}: ${shareText(bin.share)} of tokens, ${shareText(bin.lossShare)} of loss`,
    })),
  });
  const frequency = 'Loss by the frequency of the token in the training text';
  const novelty = 'Loss by the longest n-gram up to the token that the training text contains';
  return [
    bars({ id: 'loss-frequency', title: frequency, barsAre: 'frequency' }, byFrequency, (bin) => `${range(bin)} times`),
    bars({ id: 'loss-novelty', title: novelty, barsAre: 'longest n-gram' }, byNovelty, noveltyName),
    bars({ id: 'loss-position', title: 'Loss by the position in the document', barsAre: 'position' }, byPosition, range),
  ].filter((block) => block.bars.length > 0);
}

const meanOf = (bins: readonly BinnedLoss[]) => bins.reduce((sum, { natsPerToken, share }) => sum + natsPerToken * share, 0);

const noveltyName = ({ from, to }: BinnedLoss) =>
  `${formatCount(from)} ${from === 1 && to === 1 ? 'token' : 'tokens'}${Number.isFinite(to) ? '' : ' or more'}`;

function range({ from, to }: BinnedLoss): string {
  if (from === to) return formatCount(from);
  return Number.isFinite(to) ? `${formatCount(from)} to ${formatCount(to)}` : `${formatCount(from)} or more`;
}
