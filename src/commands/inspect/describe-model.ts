import { isJsonMap, type JsonValue } from '../../foundation/strict-json.js';
import { layersInWords, namesInWords } from '../../model/describe.js';
import type { ModelOptions } from '../../model/specification.js';
import type { LossCurve } from '../../run/loss-curves.js';
import { quoteToken } from '../../text/code-points.js';
import { tokenizerDeclaration } from '../../text/tokenizers/index.js';
import { formatCount, formatLoss, formatPerplexity, formatSize, plural } from '../../ui/format.js';
import { sparkline } from '../../ui/sparkline.js';
import { type ReportLines, reportLines, reportSection } from '../shared/report-lines.js';
import type { ModelFacts, TokenizerFacts } from './inspect-model.js';
import { parameterTableLines } from './parameter-table-lines.js';
import type { RunSummary } from './run-summary.js';

/**
 * The report for people.
 *
 * @param width columns
 */
export function describeModel(facts: ModelFacts, run: RunSummary | undefined, width: number): string {
  const lines = reportLines(width);
  const { model, tokenizer, training, config, metadata } = facts;
  const sections = [
    heading(facts),
    ...(model ? [reportSection('Model', modelLines(lines, model))] : []),
    reportSection('Parameters', parameterTableLines(facts.tensors)),
    ...(tokenizer ? [reportSection('Tokenizer', tokenizerLines(lines, tokenizer))] : []),
    ...(isJsonMap(training) ? [reportSection('Training', trainingLines(lines, training))] : []),
    ...(run ? [reportSection('Run', runLines(lines, run))] : []),
    ...(isJsonMap(config) ? [reportSection('Config', lines.settings(config))] : []),
    ...(metadata && Object.keys(metadata).length > 0 ? [reportSection('Metadata', lines.settings(metadata))] : []),
    reportSection('File', fileLines(lines, facts)),
    ...(tokenizer && Object.keys(tokenizer.tokens).length === tokenizer.size && tokenizer.size > SHORT
      ? [reportSection('Vocabulary', vocabularyLines(tokenizer))]
      : []),
  ];
  return sections.join('\n\n');
}

/** Vocabularies up to this size are shown in the tokenizer's line, not as a list. */
const SHORT = 24;

function heading({ path, kind, model, tokenizer, tensors, parameters, buffers = 0 }: ModelFacts): string {
  const trained = plural(parameters, 'parameter');
  const numbers = buffers === 0 ? trained : `${trained} and ${plural(buffers, 'number')} in buffers`;
  if (!model || !tokenizer) return `${path}: ${plural(tensors.length, 'tensor')}, ${plural(parameters, 'number')}`;
  const what = `${namesInWords(model)} language model of ${unit(tokenizer)}, ${numbers}`;
  if (kind === 'export') return `${path}: ${what}, exported`;
  return kind === 'checkpoint' ? `${path}: checkpoint of a ${what}` : `${path}: ${what}`;
}

const unit = ({ type }: TokenizerFacts) => `${tokenizerDeclaration(type).unit}s`;

function modelLines({ fact }: ReportLines, model: ModelOptions): string[] {
  const { embedding, layers, head, vocabularySize } = model;
  const rates = [embedding.dropout, ...layers.map(({ dropout }) => dropout)].map(dropoutInWords);
  const dropout = rates.every((rate) => rate === rates[0]) ? rates[0]! : rates.join(', ');
  return [
    ...fact('layers', layersInWords(model)),
    ...fact('embedding', `${formatCount(embedding.size)}${head.tie ? ', the same weights as the decoder' : ''}`),
    ...fact('vocabulary', plural(vocabularySize, 'token')),
    ...fact('dropout', dropout === '0' ? 'none' : dropout),
  ];
}

/** The dropout in words: `0.3`, or the rates by place that are not 0: `output 0.25 and weight 0.5, masks of a window`. */
function dropoutInWords(dropout: number | object): string {
  if (typeof dropout === 'number') return String(dropout);
  const { span, ...places } = dropout as Readonly<Record<string, number | string>>;
  const rates = Object.entries(places).filter(([, rate]) => rate !== 0);
  const words = rates.map(([place, rate]) => `${place} ${rate}`).join(' and ');
  return span === 'window' ? `${words} (masks of a window)` : words;
}

function tokenizerLines({ fact }: ReportLines, { type, size, settings: own, tokens }: TokenizerFacts): string[] {
  const sample = Object.values(tokens).slice(0, SHORT);
  const chosen = Object.keys(tokens).length <= SHORT ? sample : [];
  const list = chosen.map((token) => quoteToken(token).replace(/ \(U\+\w+\)$/, '')).join(' ');
  return [
    ...fact('type', type),
    ...fact('size', plural(size, 'token')),
    ...Object.entries(own).flatMap(([key, value]) => fact(key, String(value))),
    ...(list === '' ? [] : fact(size > SHORT ? 'some of them' : 'tokens', list)),
  ];
}

function vocabularyLines({ tokens, size }: TokenizerFacts): string[] {
  const width = String(size - 1).length;
  return Object.entries(tokens).map(([id, token]) => `  ${id.padStart(width)}  ${quoteToken(token)}`);
}

const known: ReadonlyMap<string, string> = new Map([
  ['validationLoss', 'validation'],
  ['validationStep', 'best after step'],
]);

function trainingLines(lines: ReportLines, training: Readonly<Record<string, JsonValue>>): string[] {
  const { fact } = lines;
  return Object.entries(training).flatMap(([key, value]) => {
    if (key === 'splitDigests' && isJsonMap(value)) return splitLines(lines, value);
    const loss = key.endsWith('Loss') && typeof value === 'number';
    const shown = loss
      ? withPerplexity(value)
      : typeof value === 'number'
        ? Number.isInteger(value)
          ? formatCount(value)
          : String(value)
        : JSON.stringify(value);
    return fact(known.get(key) ?? key, shown);
  });
}

/** The first digits of each digest, as many as Git shows. */
const splitLines = ({ fact }: ReportLines, digests: Readonly<Record<string, JsonValue>>) =>
  Object.entries(digests).flatMap(([split, digest]) => fact(`${split} text`, `SHA-256 ${String(digest).slice(0, 12)}...`));

function runLines(lines: ReportLines, { training, validation, checkpoints }: RunSummary): string[] {
  return [
    ...curveLine(lines, 'training', training),
    ...curveLine(lines, 'validation', validation),
    ...checkpoints.flatMap(({ step, bytes }) =>
      lines.fact('checkpoint', `after step ${formatCount(step)}, ${formatSize(bytes)}`),
    ),
  ];
}

/** Columns of a curve of losses. */
const SMALLEST_CURVE = 8;
const LARGEST_CURVE = 60;

function curveLine({ fact, room }: ReportLines, name: string, { steps, losses }: LossCurve): string[] {
  const [first, last] = [losses[0], losses.at(-1)];
  if (first === undefined || last === undefined) return [];
  const best = losses.reduce((least, loss) => Math.min(least, loss));
  const figures = `${formatLoss(first)} to ${formatLoss(last)}, least ${formatLoss(best)}`;
  const width = Math.max(SMALLEST_CURVE, Math.min(LARGEST_CURVE, room - figures.length - 1));
  return fact(name, `${sparkline(steps, losses, width)} ${figures}`);
}

function fileLines(
  { fact }: ReportLines,
  { kind, bytes, formatVersion, digest, trainerNumbers, form, precision }: ModelFacts,
): string[] {
  const content = digest === 'matches' ? 'matches the SHA-256 in it' : 'not checked: there is no SHA-256 in it';
  return [
    ...fact('size', formatSize(bytes)),
    ...(formatVersion === undefined
      ? fact(
          'format',
          form === undefined ? 'safetensors' : `ONNX, ${precision}, layers as ${form === 'scan' ? 'a scan' : form}`,
        )
      : fact('format', `Textloom model, version ${formatVersion}`)),
    ...fact('content', content),
    ...(kind === 'checkpoint' ? fact('resumable', 'yes') : []),
    ...(trainerNumbers === undefined
      ? []
      : fact('besides', `${plural(trainerNumbers, 'number')} of the optimizer and its state`)),
  ];
}

const withPerplexity = (loss: number) => `${formatLoss(loss)} nats per token, perplexity ${formatPerplexity(Math.exp(loss))}`;
