import { UserError } from '../../errors.js';
import { blockBootstrap, type ConfidenceInterval, largestBlockLength } from '../../evaluate/block-bootstrap.js';
import { measureText, unknownTokens } from '../../evaluate/text-measure.js';
import type { ModelDescription } from '../../model/model-description.js';
import { terminalSafe } from '../../sample/terminal-safe.js';
import { formatCount, formatPerplexity } from '../../ui/format.js';
import type { Evaluation, ReportSection } from './report-section.js';

type Row = readonly [label: string, value: string];

/** What every report begins with: how well the text is predicted, how sure that is, and what has been counted. */
export function mainSection({ model, subject, tokens, losses, result, windows, interval: options }: Evaluation): ReportSection {
  const unknown = unknownTokens(model.tokenizer, tokens, losses);
  const measure = measureText(model.tokenizer, tokens, subject.text, result.nats);
  const { characters, bytes, bitsPerCharacter, bitsPerByte } = measure;
  const interval = confidenceOf(losses, options);
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
      reading: windows ? { windows } : 'one stream',
      ...result,
      ...measure,
      ...(interval && { confidenceInterval: { ...perplexityBounds(interval), seed: options.seed } }),
      ...(unknown !== undefined && { unknownTokens: unknown.count }),
      ...(unknown?.known && { withoutUnknown: unknown.known }),
    },
  };
}

/** The lines above the report: what was read, and how. */
export function headingOf({ model, subject, windows }: Evaluation): string {
  const reading = windows
    ? `read in windows of ${windows.length} tokens without a memory, the last ${windows.stride} counted`
    : `read as one stream, the state ${resetsState(model) ? 'reset where documents end' : 'carried from beginning to end'}`;
  return terminalSafe(`${model.path} on ${subject.name}\n${reading}\n`);
}

/** Whether the model was trained to forget at the end of a document. */
function resetsState({ config: { corpus } }: ModelDescription): boolean {
  return typeof corpus === 'object' && corpus !== null && !Array.isArray(corpus) && corpus.resetState === true;
}

/** @throws UserError usage for blocks that were asked for and are too large for the text. */
function confidenceOf(losses: Float32Array, options: Evaluation['interval']): ConfidenceInterval | undefined {
  const { blockLength } = options;
  const largest = largestBlockLength(losses.length);
  if (blockLength !== undefined && blockLength > largest) {
    const found = `${formatCount(losses.length)} tokens to predict make less than ten such blocks`;
    const remedy = largest > 0 ? `give at most ${largest}, or leave it out` : 'leave it out';
    throw new UserError('usage', `--bootstrap-block ${blockLength}: ${found}; ${remedy}`);
  }
  return blockBootstrap(losses, options);
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
