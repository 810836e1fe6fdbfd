import { showValue } from '../../config/show-value.js';
import { type JsonValue, memberOf } from '../../foundation/strict-json.js';
import { splitNames } from '../../text/splits.js';
import { formatCount, formatDuration, formatNumber, formatRate, plural } from '../../ui/format.js';
import type { ReportedRun } from '../reported-run.js';

type Facts = [name: string, value: string][];

/** On which text a model was trained: its files, how it is divided, and the digest of each part. */
export function textFacts({ record: { config }, model, begin, validationTokens }: ReportedRun): Facts {
  const shown = (key: string) => optionalText(config.get(key));
  const files = shown('corpus.path');
  const shares = splitNames.map((split) => config.get(`corpus.split.${split}`)).filter((share) => typeof share === 'number');
  const separate = splitNames.flatMap((split): Facts => {
    const path = shown(`corpus.${split}`);
    return path === undefined ? [] : [[`${split} files`, path]];
  });
  const generator = shown('corpus.generator') ?? shown('corpus.generator.type');
  const counts = new Map<string, number | undefined>([
    ['train', begin?.trainTokens],
    ['validation', begin?.validationTokens ?? validationTokens],
  ]);
  const digests = splitNames.flatMap((split): Facts => {
    const digest = memberOf(memberOf(model?.training, 'splitDigests'), split);
    const count = counts.get(split);
    const parts = [...(count ? [plural(count, 'token')] : []), ...(typeof digest === 'string' ? [`SHA-256 ${digest}`] : [])];
    return parts.length === 0 ? [] : [[`${split} text`, parts.join(', ')]];
  });
  return [
    ...(files === undefined ? separate : ([['text', files]] satisfies Facts)),
    ...(shares.length > 0
      ? ([['divided', `${shares.join(' / ')} (training, validation, test), in this order`]] satisfies Facts)
      : []),
    ...(generator === undefined
      ? []
      : ([['origin', `written by Textloom's generator ${generator}, according to the configuration`]] satisfies Facts)),
    ...digests,
  ];
}

/** How a model was trained, how long, and on what. */
export function trainingFacts({ record, tokens, sessions, begin, end }: ReportedRun): Facts {
  const { config, state, step, steps, seconds, engine, threads, tokensPerSecond } = record;
  const text = (key: string) => optionalText(config.get(key));
  const [batch, length] = [text('training.batchSize'), text('training.sequenceLength')];
  const progress = steps === undefined ? plural(step, 'step') : `${formatCount(step)} of ${plural(steps, 'step')}`;
  const rate = config.get('training.optimizer.learningRate');
  const schedule = text('training.schedule.type');
  const optimizer = [
    text('training.optimizer.type'),
    ...(typeof rate === 'number' ? [`learning rate ${formatNumber(rate)}`] : []),
    ...(schedule === undefined ? [] : [`schedule ${schedule}`]),
  ];
  const speed = tokensPerSecond === undefined ? '' : `, ${formatRate(tokensPerSecond)} tokens per second`;
  const hasSteps = step > 0 || steps !== undefined;
  return [
    ...(hasSteps ? [['training', `${progress}${tokens > 0 ? `, ${plural(tokens, 'token')} predicted` : ''}`]] : []),
    ...(state === 'unknown' ? [] : [['state', state]]),
    ...(optimizer[0] === undefined ? [] : ([['optimizer', optimizer.join(', ')]] satisfies Facts)),
    ...(batch === undefined || length === undefined
      ? []
      : ([['batch', `${batch} streams, windows of ${length} tokens`]] satisfies Facts)),
    ...(config.has('seed') ? ([['seed', text('seed')!]] satisfies Facts) : []),
    ...(seconds === undefined
      ? []
      : ([['time', `${formatDuration(seconds)} in ${plural(sessions, 'session')}${speed}`]] satisfies Facts)),
    ...(engine === undefined
      ? []
      : ([['engine', `${engine}${threads === undefined ? '' : `, up to ${plural(threads, 'thread')}`}`]] satisfies Facts)),
    ...(end === undefined ? (begin === undefined ? [] : [['begun', day(begin.time)]]) : [['completed', day(end.time)]]),
  ] as Facts;
}

const day = (time: string) => time.replace(/T.*/, '');

function optionalText(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map((part) => optionalText(part) ?? '').join(', ') : showValue(value);
}
