import { isJsonMap, type JsonValue, memberOf } from '../../foundation/strict-json.js';
import { entryView, type ParameterTable } from '../../model/parameter-table.js';
import { stepIn } from '../run-logs.js';
import { histogramOf } from './histogram.js';
import type { SummaryValue } from './summary.js';

/** What a run wrote after a step, as values of TensorBoard. */
export interface StepValues {
  readonly step: number;
  readonly values: readonly SummaryValue[];
}

const scalar = (tag: string, value: number): SummaryValue => ({ plugin: 'scalars', tag, value });

/**
 * Returns a function that makes scalars of the lines of metrics.jsonl, in their order:
 *
 *     loss/train             mean since the line before it; with two directions also loss/train/forward and loss/train/backward
 *     loss/epoch             mean of an epoch
 *     loss/validation        likewise with both directions; loss/validation_best is the lowest so far
 *     perplexity/validation
 *     learning_rate, gradient_norm
 *     objective/TERM         each term of the objective
 *     gradient_norm/NAME, update_ratio/NAME, below_epsilon/NAME
 *                            of each parameter, with training.diagnostics; likewise clipped_share, noise_scale and what it is computed of,
 *                            gradient_square and gradient_variance
 *
 * The other lines (averaging began, the schedule reduced the learning rate) have no values: the learning rate is in the next line of a step.
 *
 * @param best the lowest validation loss before the first line
 * @returns a function that throws a SyntaxError for a line that is none of metrics.jsonl
 */
export function metricValues(best = Number.POSITIVE_INFINITY): (line: JsonValue) => StepValues {
  let lowest = best;
  return (line) => {
    const type = memberOf(line, 'type');
    const step = stepIn(line);
    const number = (key: string) => finiteNumber(key, memberOf(line, key));
    switch (type) {
      case 'step': {
        const rates = [scalar('learning_rate', number('learningRate')), scalar('gradient_norm', number('gradientNorm'))];
        const parts = [...withPrefix(line, 'loss.', 'loss/train/'), ...withPrefix(line, 'objective.', 'objective/')];
        return { step, values: [scalar('loss/train', number('loss')), ...rates, ...parts] };
      }
      case 'epoch':
        return { step, values: [scalar('loss/epoch', number('loss'))] };
      case 'validation': {
        const loss = number('loss');
        lowest = Math.min(lowest, loss);
        const all = [scalar('loss/validation', loss), scalar('loss/validation_best', lowest)];
        const perplexity = scalar('perplexity/validation', Math.exp(loss));
        return { step, values: [...all, perplexity, ...withPrefix(line, 'loss.', 'loss/validation/')] };
      }
      case 'diagnostics':
        return { step, values: diagnosisValues(line) };
      case 'averaging':
      case 'learning-rate':
        return { step, values: [] };
      default:
        throw new SyntaxError('its type is not one of step, diagnostics, epoch, validation, averaging, learning-rate');
    }
  };
}

/** Scalars of a diagnosis by the keys of its line. */
const diagnosisTags = new Map([
  ['clippedShare', 'clipped_share'],
  ['noiseScale', 'noise_scale'],
  ['gradientSquare', 'gradient_square'],
  ['gradientVariance', 'gradient_variance'],
]);

function diagnosisValues(line: JsonValue): SummaryValue[] {
  const single = [...diagnosisTags].flatMap(([key, tag]) => {
    const value = memberOf(line, key);
    return value === undefined ? [] : [scalar(tag, finiteNumber(key, value))];
  });
  return [
    ...single,
    ...withPrefix(line, 'gradient.', 'gradient_norm/'),
    ...withPrefix(line, 'update.', 'update_ratio/'),
    ...withPrefix(line, 'belowEpsilon.', 'below_epsilon/'),
  ];
}

function finiteNumber(key: string, value: JsonValue | undefined): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new SyntaxError(`${key} is not a number`);
}

/** The values whose keys begin with a prefix; the rest of the key is a name of ours. */
function withPrefix(line: JsonValue, prefix: string, tags: string): SummaryValue[] {
  if (!isJsonMap(line)) return [];
  const found = Object.entries(line).filter(([key]) => key.startsWith(prefix));
  return found.map(([key, value]) => {
    const name = key.slice(prefix.length);
    if (!/^[\w.-]{1,100}$/.test(name)) throw new SyntaxError(`a key after ${prefix} is not a name`);
    return scalar(tags + name, finiteNumber(`${prefix}${name}`, value));
  });
}

/** A text that the model wrote during training, or why it could not. */
export interface WrittenSample {
  readonly prompt: string;
  readonly text?: string;
  readonly failure?: string;
}

/** The sample in a line of samples.jsonl. @throws SyntaxError when it has none */
export function sampleIn(line: JsonValue): WrittenSample {
  const [prompt, text, failure] = ['prompt', 'text', 'failure'].map((key) => memberOf(line, key));
  if (typeof prompt !== 'string') throw new SyntaxError('its prompt is not a text');
  if (typeof text === 'string') return { prompt, text };
  if (typeof failure === 'string') return { prompt, failure };
  throw new SyntaxError('it has neither a text nor a failure');
}

/** The samples of a step: `samples/1` continues the first prompt, and so on. */
export function sampleValues(samples: readonly WrittenSample[]): SummaryValue[] {
  return samples.map((sample, i) => ({ plugin: 'text', tag: `samples/${i + 1}`, markdown: asMarkdown(sample) }));
}

/** The texts as blocks of code, because Markdown would join their lines and interpret their characters. */
function asMarkdown({ prompt, text, failure }: WrittenSample): string {
  const written = text === undefined ? `no text: ${failure}` : text;
  return prompt === '' ? codeBlock(written) : `Prompt:\n\n${codeBlock(prompt)}\n\nText:\n\n${codeBlock(written)}`;
}

/** The fence is longer than every run of its character in the text, so that no text can end the block. */
function codeBlock(text: string): string {
  const runs = [...text.matchAll(/`+/g)].map(([run]) => run.length);
  const fence = '`'.repeat(runs.reduce((longest, length) => Math.max(longest, length + 1), 3));
  return `${fence}\n${text}\n${fence}`;
}

/** The parameters of a model by name, each as a flat array. */
export type NamedParameters = Iterable<readonly [name: string, values: Float32Array]>;

/** The parameters that a model file would contain. @param arena [table.arenaLength] */
export function* parametersIn(table: ParameterTable, arena: Float32Array): Generator<readonly [string, Float32Array]> {
  for (const entry of table.entries) if (entry.part !== 'objective') yield [entry.name, entryView(arena, entry)];
}

/** A histogram of each parameter, `parameters/NAME`; and where some of its values are not finite their number, `not_finite/NAME`. */
export function parameterValues(parameters: NamedParameters): SummaryValue[] {
  return Array.from(parameters).flatMap(([name, values]): SummaryValue[] => {
    const { buckets, notFinite } = histogramOf(values);
    const rest = notFinite > 0 ? [scalar(`not_finite/${name}`, notFinite)] : [];
    return [{ plugin: 'histograms', tag: `parameters/${name}`, buckets }, ...rest];
  });
}

/** The loss of the best model on the test split, in nats per token. */
export const testLossValue = (value: number): SummaryValue => ({ plugin: 'scalars', tag: 'loss/test', value });
