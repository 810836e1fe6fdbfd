import { asPercent } from '../../diagnose/findings/finding.js';
import type { FitComparison } from '../../diagnose/fit/compare-fit.js';
import type { LossBin } from '../../diagnose/fit/loss-bins.js';
import type { Fit } from '../../diagnose/fit/measure-fit.js';
import type { EffectiveContext } from '../../evaluate/effective-context.js';
import { formatCount, formatLoss, plural } from '../../ui/format.js';
import { type ReportLines, reportSection } from '../shared/report-lines.js';

/**
 * Gap, calibration, distances, history, and the losses by frequency, novelty and position.
 * @param text what is read: `validation text`
 */
export function fitSections(lines: ReportLines, fitted: Fit, text: string): string[] {
  const { gap, calibration, byFrequency, byNovelty, byPosition, comparison, context } = fitted;
  const { train, trainWithDropout, validation } = gap ?? {};
  const { asTrained, best, predictions } = calibration;
  const fit = [
    ...(train ? lines.fact('training text', formatLoss(train.natsPerToken)) : []),
    ...(trainWithDropout ? lines.fact('  with dropout', formatLoss(trainWithDropout.natsPerToken)) : []),
    ...(validation ? lines.fact(text, formatLoss(validation.natsPerToken)) : []),
    ...lines.fact(
      'calibration',
      `confidence ${asPercent(asTrained.confidence)}, accuracy ${asPercent(asTrained.accuracy)}; expected calibration error ${asPercent(asTrained.expectedCalibrationError)} (${plural(predictions, 'prediction')})`,
    ),
    ...lines.fact(
      'temperature',
      `best at ${best.temperature.toPrecision(3)}, with ${formatLoss(best.natsPerToken)} nats instead of ${formatLoss(asTrained.natsPerToken)}`,
    ),
  ];
  fit.push(...comparisonLines(lines, comparison), ...(context ? lines.fact('history', historyOf(context)) : []));
  const novelty = (bin: LossBin) => (bin.to === Number.POSITIVE_INFINITY ? `${bin.from} or more` : String(bin.from));
  return [
    reportSection('Fit, in nats per token', fit),
    ...(byFrequency ? [table('Loss by the frequency of the token in the training text', byFrequency, range)] : []),
    ...(byNovelty
      ? [table('Loss by the longest n-gram ending at the token that is in the training text', byNovelty, novelty)]
      : []),
    ...(byPosition ? [table('Loss by position in the document', byPosition, range)] : []),
  ];
}

/** The distance to the entropy of the text and to counting models. */
function comparisonLines({ fact }: ReportLines, { natsPerToken, predictions, entropy, counting }: FitComparison): string[] {
  const distance = (level: number) =>
    `${formatLoss(Math.abs(natsPerToken - level))} ${natsPerToken < level ? 'below' : 'above'}`;
  const place = `on the first ${plural(predictions, 'prediction')}`;
  return [
    ...(entropy === undefined
      ? []
      : fact(
          'entropy',
          `${distance(entropy)} that of the process which generated the text, ${formatLoss(entropy)} (${place})`,
        )),
    ...(counting === undefined
      ? []
      : fact(
          'n-grams',
          `${distance(counting.kneserNey)} a Kneser-Ney model of order ${counting.order} that counts in the first ${plural(counting.trainingTokens, 'token')} of the training text, ${formatLoss(counting.kneserNey)} (${place})`,
        )),
  ];
}

function historyOf({ losses, positions, flattensAt }: EffectiveContext): string {
  const longest = plural(losses.at(-1)!.history, 'token');
  const used =
    flattensAt === undefined
      ? `more helps up to ${longest}`
      : `${plural(flattensAt, 'token')}; up to ${longest} the loss falls by less than 1%`;
  const shown = losses.filter((_, i) => i % 2 === 0 || i === losses.length - 1);
  const values = shown.map(({ history, natsPerToken }) => `${natsPerToken.toFixed(2)} after ${formatCount(history)}`);
  return `${used} (loss ${values.join(', ')}; ${plural(positions, 'prediction')})`;
}

const range = ({ from, to }: LossBin) =>
  from === to
    ? formatCount(from)
    : `${formatCount(from)} ${to === Number.POSITIVE_INFINITY ? 'or more' : `to ${formatCount(to)}`}`;

function table(title: string, bins: readonly LossBin[], label: (bin: LossBin) => string): string {
  const rows = bins.map((bin) => [label(bin), formatLoss(bin.natsPerToken), asPercent(bin.share), asPercent(bin.lossShare)]);
  const all = [['', 'nats', 'of the tokens', 'of the loss'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  return reportSection(
    title,
    all.map((row) => `  ${row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')}`),
  );
}
