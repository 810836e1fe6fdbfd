import type { RateTest } from '../../train/find-rate.js';
import { barPlot } from '../../ui/bar-plot.js';
import { formatLoss, plural } from '../../ui/format.js';
import { wrapWords } from '../../ui/wrap.js';

const HEIGHT = 10;
/** Columns for a loss beside the plot. */
const MARGIN = 9;

/**
 * The result of a range test for people: the smoothed losses as a plot over a logarithmic axis of rates, and the proposal.
 *
 * @param configured the rate in the config
 * @param width columns
 */
export function describeRateTest(test: RateTest, configured: number, width: number): string {
  const { points, end, lowestAt, proposal, notices } = test;
  const losses = points.map(({ smoothedLoss }) => smoothedLoss);
  const columns = Math.max(1, Math.min(width - MARGIN, losses.length));
  const plot = losses.length === 0 ? [] : barPlot(losses, { width: columns, height: HEIGHT });
  const labels: Record<number, string> = { 0: formatLoss(Math.max(...losses)), [HEIGHT - 1]: formatLoss(Math.min(...losses)) };
  const lines = plot.map((line, i) => `${(labels[i] ?? '').padStart(MARGIN - 2)}  ${line}`.trimEnd());
  const [first, last] = [shown(points[0]?.learningRate ?? 0), shown(points.at(-1)?.learningRate ?? 0)];
  const axis = `${' '.repeat(MARGIN)}${first}${last.padStart(Math.max(last.length + 1, columns - first.length))}`;
  const reason =
    end === 'diverged'
      ? `The loss diverged after ${plural(points.length, 'step')}, at the learning rate ${last}.`
      : `The loss did not diverge up to the learning rate ${last}.`;
  const advice =
    proposal === undefined || lowestAt === undefined
      ? 'The loss did not fall at any rate, so there is no proposal: train on more text or in larger windows, or test another start with --set training.optimizer.learningRate.'
      : `Proposal: training.optimizer.learningRate ${proposal} (the config has ${shown(configured)}). It is a tenth of ${shown(lowestAt)}, where the smoothed loss is lowest: ` +
        'at that rate the loss is about to rise, and a whole training needs a smaller one (Smith 2017).';
  const text = [reason, advice, ...notices].flatMap((sentence) => wrapWords(sentence, width));
  return ['Smoothed loss in nats per token, by learning rate', '', ...lines, axis, '', ...text].join('\n');
}

const shown = (rate: number) => String(Number(rate.toPrecision(2)));
