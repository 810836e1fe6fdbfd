import { type ConfidenceInterval, largestBlockLength } from '../../evaluate/block-bootstrap.js';
import type { LossSummary } from '../../evaluate/loss-summary.js';
import type { Windows } from '../../evaluate/score-windows.js';
import { bitsOf, type TextMeasure } from '../../evaluate/text-measure.js';
import { UserError } from '../../foundation/errors.js';
import { hasIndependentDocuments, type ModelDescription } from '../../model/model-description.js';
import { formatCount, formatPerplexity } from '../../ui/format.js';
import { type EvaluationText, resetsState } from './evaluation-text.js';
import type { IntervalOptions } from './interval-option.js';
import type { ReportSection } from './report-section.js';

type Row = readonly [label: string, value: string];

/** Results for a text of any length that a model has read. */
export interface MeasuredText {
  readonly model: ModelDescription;
  readonly subject: EvaluationText;
  readonly summary: LossSummary;
  readonly measure: TextMeasure;
  /** Present when the losses are those of independent windows; otherwise the text was read as one stream. */
  readonly windows: Windows | undefined;
  readonly interval: IntervalOptions;
}

/** The first section of every report: the perplexity, its confidence interval, and the counts. */
export function mainSection({ model, subject, summary, measure, windows, interval: options }: MeasuredText): ReportSection {
  const { result, unknown } = summary;
  const { characters, bytes } = measure;
  const bits = bitsOf(measure, result.nats);
  const { bitsPerCharacter, bitsPerByte } = bits;
  const interval = confidenceOf(summary, options);
  const rows: Row[] = [
    ['nats per token', result.natsPerToken.toFixed(4)],
    ['perplexity', formatPerplexity(result.perplexity)],
    [`  ${percent(options.confidence)} confidence`, interval ? perplexityRange(interval) : 'text too short'],
    ...(unknown && unknown.count > 0 ? [['  without <unk>', withoutUnknown(unknown.known)] as const] : []),
    ['bits per token', result.bitsPerToken.toFixed(4)],
    ...(bitsPerCharacter === undefined ? [] : [['bits per character', bitsPerCharacter.toFixed(4)] as const]),
    ...(bitsPerByte === undefined ? [] : [['bits per byte', bitsPerByte.toFixed(4)] as const]),
    ['tokens', formatCount(result.tokens)],
    ...(unknown === undefined ? [] : [['  of them <unk>', formatCount(unknown.count)] as const]),
    ['characters', formatCount(characters)],
    ['bytes', formatCount(bytes)],
  ];
  return {
    rows,
    json: {
      model: model.path,
      text: subject.name,
      ...(subject.split !== undefined && { split: subject.split }),
      ...(subject.comparedWithTraining !== undefined && { comparedWithTraining: subject.comparedWithTraining }),
      reading: windows ? { windows } : hasIndependentDocuments(model) ? 'each document' : 'one stream',
      ...result,
      ...measure,
      ...bits,
      ...(interval && { confidenceInterval: { ...perplexityBounds(interval), seed: options.seed } }),
      ...(unknown !== undefined && { unknownTokens: unknown.count }),
      ...(unknown?.known && { withoutUnknown: unknown.known }),
    },
  };
}

/** The lines above the report: what was read, and how. */
export function headingOf({ model, subject, windows }: MeasuredText): string {
  const reading = windows
    ? `read in windows of ${windows.length} tokens that start from a zero state; the last ${windows.stride} of each are scored`
    : hasIndependentDocuments(model)
      ? 'each document read from a zero state, and its end predicted'
      : `read as one stream, the state ${resetsState(model) ? 'reset where documents end' : 'carried from beginning to end'}`;
  const lines = [`${model.path} on ${subject.name}`, reading, ...comparisonLines(subject)];
  return lines.map((line) => `${line}\n`).join('');
}

/** A note if the text is not known to be the split from the training of the model. */
function comparisonLines({ split, comparedWithTraining }: EvaluationText): string[] {
  if (comparedWithTraining === 'changed' && split === 'train')
    return ['the training split is not the text that the model was trained on: the corpus has changed since'];
  if (comparedWithTraining === 'changed')
    return [`the ${split} split has changed since the model was trained; the training split has not`];
  if (comparedWithTraining === 'unchecked')
    return [`the ${split} split cannot be compared with that of the training: the model file has no digest of it`];
  return [];
}

/** @throws UserError usage for a block length that is too large for the text */
function confidenceOf({ result, interval }: LossSummary, options: IntervalOptions): ConfidenceInterval | undefined {
  const { blockLength } = options;
  const largest = largestBlockLength(result.tokens);
  if (blockLength !== undefined && blockLength > largest) {
    const found = `${formatCount(result.tokens)} tokens to predict make less than ten such blocks`;
    const remedy = largest > 0 ? `give at most ${largest}, or leave it out` : 'leave it out';
    throw new UserError('usage', `--bootstrap-block ${blockLength}: ${found}; ${remedy}`);
  }
  return interval(options);
}

function perplexityBounds({ low, high, ...how }: ConfidenceInterval) {
  return { ...how, natsPerToken: [low, high], perplexity: [Math.exp(low), Math.exp(high)] };
}

function perplexityRange({ low, high }: ConfidenceInterval): string {
  return `${formatPerplexity(Math.exp(low))} to ${formatPerplexity(Math.exp(high))}`;
}

function withoutUnknown(known: { perplexity: number } | undefined): string {
  return known ? formatPerplexity(known.perplexity) : 'nothing known';
}

/** 0.95 as `95%`. */
export function percent(share: number): string {
  return `${Number((100 * share).toPrecision(4))}%`;
}
