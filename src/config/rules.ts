import { lengthSpread } from '../text/window-lengths.js';
import { averagings } from '../train/averaging/index.js';
import { schedules } from '../train/schedules/index.js';
import { modelRules } from './model-rules.js';
import { objectiveRules } from './objective-rules.js';
import { comparePositions, type Problem } from './problems.js';
import type { CheckedConfig, Rule } from './rule.js';
import { defaultSplit } from './schema/corpus.js';
import { sequenceRules } from './sequence-rules.js';
import { showValue } from './show-value.js';
import { startingRules } from './starting-rules.js';
import { find, locate, type Tree } from './tree.js';

function rulesFor(config: CheckedConfig): Rule[] {
  const { corpus, tokenizer, model, training, engine } = config;
  const { optimizer, schedule, validation } = training;
  const separateFiles = corpus.train !== undefined;
  const split = corpus.split ?? defaultSplit;
  const splitSum = split.train + split.validation + split.test;
  const validationText = separateFiles ? 'corpus.validation' : 'corpus.split.validation';
  const noValidation = !hasValidation(config);
  const shards = shardsOf(config);
  const byLines = corpus.documents === 'lines';
  // A fable has several lines; in a formal corpus each line is independent.
  const whole = corpus.generator === 'fables' || byLines ? 'document' : 'line';
  const boundary = corpus.boundary ?? (corpus.documents === 'none' ? 'line' : 'document');

  return [
    {
      keys: ['corpus.path', 'corpus.train'],
      broken: corpus.path === undefined && !separateFiles,
      because: 'set one of them to the path of the text',
    },
    {
      keys: ['corpus.path', 'corpus.train'],
      broken: corpus.path !== undefined && separateFiles,
      because: 'give either one file that is split or a file for each part',
    },
    ...(['split', 'boundary'] as const).map((key) => ({
      keys: [`corpus.${key}`, 'corpus.train'],
      broken: corpus[key] !== undefined && separateFiles,
      because: 'separate files are not split',
    })),
    ...(['validation', 'test'] as const).map((key) => ({
      keys: [`corpus.${key}`, 'corpus.path'],
      broken: corpus[key] !== undefined && corpus.path !== undefined && !separateFiles,
      because: 'one file is divided by corpus.split; a file for each part begins with corpus.train',
    })),
    {
      keys: ['corpus.split.train', 'corpus.split.validation', 'corpus.split.test'],
      broken: !separateFiles && Math.abs(splitSum - 1) > 1e-9,
      because: `the shares add up to ${Number(splitSum.toPrecision(6))} and must add up to 1`,
    },
    {
      keys: ['corpus.generator', 'corpus.boundary'],
      broken: corpus.generator !== undefined && !separateFiles && boundary !== whole,
      because: `the exact entropy is known only for whole ${whole}s; set corpus.boundary to ${whole} or leave corpus.generator out`,
    },
    ...(['type', 'minimumCount', 'maximumSize'] as const).map((key) => ({
      keys: ['corpus.generator', `tokenizer.${key}`],
      broken: corpus.generator !== undefined && key in tokenizer && valueAt(tokenizer, key) !== everyCharacter[key],
      because: 'the exact entropy is known only if every character is a token; leave corpus.generator out (null)',
    })),
    {
      keys: ['corpus.generator', 'corpus.documents'],
      broken: corpus.generator !== undefined && corpus.documents !== 'none' && !(byLines && corpus.generator !== 'fables'),
      because: 'the exact entropy is known only for the text as it was generated; leave corpus.generator out (null)',
    },
    {
      keys: ['corpus.generator', 'corpus.duplicates'],
      broken: corpus.generator !== undefined && corpus.duplicates === 'drop',
      because: 'the exact entropy counts what occurs twice; leave corpus.generator out (null)',
    },
    {
      keys: ['corpus.boundary', 'corpus.documents'],
      broken: corpus.boundary === 'line' && byLines,
      because: 'each line is a document; set corpus.boundary to document',
    },
    {
      keys: ['corpus.resetState', 'corpus.documents'],
      broken: corpus.resetState && corpus.documents === 'none',
      because: 'the state is reset where documents end; set corpus.documents',
    },
    ...sequenceRules(config),
    {
      keys: ['tokenizer.vocabularySize', 'tokenizer.file'],
      broken: tokenizer.type === 'bpe' && (tokenizer.vocabularySize === undefined) === (tokenizer.file === undefined),
      because: 'set exactly one of them, to make a vocabulary or to read one',
    },
    ...modelRules(model),
    ...objectiveRules(config),
    {
      keys: ['training.epochs', 'training.steps'],
      broken: training.epochs !== undefined && training.steps !== undefined,
      because: 'set one of them, to say how long to train',
    },
    ...(['epochs', 'steps'] as const).map((key) => ({
      keys: ['training.budget', `training.${key}`],
      broken: training.budget !== undefined && training[key] !== undefined,
      because: 'the budget determines the number of steps; set one of them',
    })),
    {
      keys: ['training.validation.everyEpochs', 'training.validation.everySteps'],
      broken: validation !== undefined && (validation.everyEpochs === undefined) === (validation.everySteps === undefined),
      because: 'set exactly one of them, to say when to validate',
    },
    ...startingRules(config),
    ...(['validation', 'earlyStopping'] as const).map((key) => ({
      keys: [`training.${key}`, validationText],
      broken: training[key] !== undefined && noValidation,
      because: 'there is no validation text to measure',
    })),
    {
      keys: ['training.schedule.type', validationText],
      broken: schedules.some(({ type, validates }) => type === schedule.type && validates) && noValidation,
      because: 'there is no validation text to measure',
    },
    ...lengthVariationRules(training),
    {
      keys: ['training.averaging.type', validationText],
      broken: averagings.some(({ type, validates }) => type === training.averaging.type && validates) && noValidation,
      because: 'there is no validation text to measure',
    },
    {
      keys: ['training.averaging.start', 'training.averaging.startStep'],
      broken: training.averaging.start !== undefined && training.averaging.startStep !== undefined,
      because: 'set one of them, to say when averaging begins',
    },
    {
      keys: ['training.averaging.startStep', 'training.steps'],
      broken:
        training.steps !== undefined &&
        isNumber(training.averaging.startStep) &&
        training.averaging.startStep >= training.steps,
      because: 'averaging must begin before the training ends',
    },
    {
      keys: ['training.schedule.minimum', 'training.optimizer.learningRate'],
      broken: isNumber(schedule.minimum) && schedule.minimum >= optimizer.learningRate,
      because: 'the schedule lowers the rate, so its minimum must be smaller',
    },
    {
      keys: ['training.schedule.warmupSteps', 'training.steps'],
      broken: training.steps !== undefined && isNumber(schedule.warmupSteps) && schedule.warmupSteps >= training.steps,
      because: 'the warm-up must end before the training does',
    },
    {
      keys: ['training.schedule.warmupSteps', 'training.schedule.decaySteps'],
      broken: isNumber(schedule.decaySteps) && isNumber(schedule.warmupSteps) && schedule.warmupSteps >= schedule.decaySteps,
      because: 'the warm-up must end before the decay ends',
    },
    {
      keys: ['training.schedule.warmupSteps', 'training.schedule.decayShare'],
      broken:
        training.steps !== undefined &&
        isNumber(schedule.decayShare) &&
        isNumber(schedule.warmupSteps) &&
        schedule.warmupSteps > training.steps * (1 - schedule.decayShare),
      because: 'the warm-up must end before the decay begins',
    },
    {
      keys: ['training.schedule.afterDecay', 'training.schedule.decaySteps'],
      broken: schedule.afterDecay !== undefined && schedule.decaySteps === undefined,
      because: 'without decaySteps the decay ends with the run, so there are no steps after it',
    },
    {
      keys: ['training.microbatches', 'training.batchSize'],
      broken: training.batchSize % training.microbatches !== 0,
      because: 'the microbatches are equal parts of the batch, so their number must divide it',
    },
    ...[
      {
        key: 'training.averaging.type',
        broken: training.averaging.type !== 'none',
        what: 'the shared parameters are evaluated, and no average',
      },
      {
        key: 'training.diagnostics',
        broken: training.diagnostics !== undefined,
        what: 'diagnostics measure the gradient of a whole batch',
      },
      {
        key: 'training.gradientNoise',
        broken: training.gradientNoise > 0,
        what: 'all workers would get the same noise',
      },
    ].map(({ key, broken, what }) => ({
      keys: ['training.diloco', key],
      broken: training.diloco !== undefined && broken,
      because: `with local steps ${what}`,
    })),
    {
      keys: ['engine.shards', 'training.batchSize', ...(training.microbatches > 1 ? ['training.microbatches'] : [])],
      broken: training.batchSize % training.microbatches === 0 && (training.batchSize / training.microbatches) % shards !== 0,
      because:
        training.microbatches > 1
          ? 'the shards are equal parts of a microbatch, so their number must divide batchSize / microbatches'
          : 'the shards are equal parts of the batch, so their number must divide it',
    },
    {
      keys: ['engine.threads', 'engine.shards'],
      broken: engine.type === 'typed-array' && engine.threads !== 'auto' && engine.threads > shards,
      because: tooManyThreads(Number(engine.threads), shards, training.batchSize / training.microbatches),
    },
  ];
}

function lengthVariationRules({ lengthVariation: variation, sequenceLength }: CheckedConfig['training']): Rule[] {
  if (variation === undefined) return [];
  const { halved, deviation } = variation;
  return [
    {
      keys: ['training.lengthVariation.deviation', 'training.sequenceLength'],
      broken: 2 * deviation >= sequenceLength,
      because: 'sequenceLength must be more than two deviations, or some windows would have almost no tokens',
    },
    {
      keys: ['training.lengthVariation.halved', 'training.lengthVariation.deviation'],
      broken: halved === 0 && lengthSpread(deviation) === 0,
      because: 'all windows would have one length: set one of them, or leave lengthVariation out',
    },
  ];
}

/** The tokenizer with which a generator's entropy applies to the tokens. */
const everyCharacter = { type: 'character', minimumCount: 1, maximumSize: undefined } as const;

/** The value of a key that only some variants have; undefined for the others. */
const valueAt = (section: object, key: string) => (section as Record<string, unknown>)[key];

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** Whether there is a text to validate on. */
export function hasValidation({ corpus }: CheckedConfig): boolean {
  if (corpus.train !== undefined) return corpus.validation !== undefined;
  return (corpus.split ?? defaultSplit).validation > 0;
}

/**
 * The number of shards. The default is a constant rule that does not depend on the machine, so that the same config gives the same bits
 * everywhere. Only the typed-array engine uses shards; it may also be the engine that `auto` chooses.
 */
export function shardsOf({ engine, training }: CheckedConfig): number {
  if (engine.type === 'onnxruntime') return 1;
  if (engine.shards !== undefined) return engine.shards;
  const batchSize = training.batchSize / training.microbatches;
  const many = [8, 4].find((shards) => batchSize % shards === 0 && batchSize / shards >= ROWS_OF_MANY_SHARDS);
  return many ?? (batchSize % 2 === 0 ? 2 : 1);
}

/** With this many rows in each shard, four or eight shards cost a single thread no measurable time. */
const ROWS_OF_MANY_SHARDS = 16;

/** Why a number of threads is refused, and what to set instead. */
export function tooManyThreads(threads: number, shards: number, batchSize: number): string {
  const fewer = `each thread computes at least one shard of the batch, and there are ${shards}; use ${shards === 1 ? '1 thread' : `at most ${shards} threads`}`;
  let more = threads;
  while (more <= Math.min(batchSize, 256) && batchSize % more !== 0) more++;
  if (more > Math.min(batchSize, 256)) return fewer;
  return `${fewer}, or begin a new run with engine.shards ${more}, which changes the last digits of the result`;
}

/** Every rule that a config breaks. */
export function brokenRules(config: CheckedConfig, tree: Tree): Problem[] {
  return rulesFor(config)
    .filter((rule) => rule.broken)
    .map(({ keys, because }) => {
      const facts = keys.map((key) => `${key} is ${shown(config, tree, key)}`).join(' and ');
      return { position: lastStated(tree, keys), path: '', text: `${facts}: ${because}` };
    });
}

/** The position of the key that was written last: of two conflicting keys, the newer one is more likely the mistake. */
function lastStated(tree: Tree, keys: readonly string[]) {
  const paths = keys.map((key) => key.split('.'));
  const stated = paths.filter((path) => find(tree, path) !== undefined);
  const positions = (stated.length > 0 ? stated : paths).map((path) => locate(tree, path, 'key'));
  return positions.toSorted(comparePositions).at(-1)!;
}

function shown(config: CheckedConfig, tree: Tree, key: string): string {
  const path = key.split('.');
  const value = path.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], config);
  if (value === undefined) return 'not set';
  if (typeof value === 'object') return 'set';
  return find(tree, path) === undefined ? `${showValue(value)} by default` : showValue(value);
}
