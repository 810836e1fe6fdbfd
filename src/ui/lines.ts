/** The sentences that the progress bar and the plain log have in common. */
import type {
  EngineEvent,
  EngineTrial,
  HighLossEvent,
  LearningRateEvent,
  StartEvent,
  StepEvent,
  TrainingEvent,
  ValidationEvent,
} from '../train/events.js';
import { createPalette, type Palette } from './colours.js';
import { formatCount, formatDuration, formatLoss, formatNumber, formatPerplexity, plural } from './format.js';
import type { Rate } from './rate.js';

const plain = createPalette(false);

export function startLines(event: StartEvent, palette: Palette = plain): string[] {
  const { parameters, vocabularySize, trainTokens, validationTokens, engine, threads, shards, steps, epochs, step } = event;
  const where = `${engine} engine, ${plural(shards, 'shard')} on ${plural(threads, 'thread')}`;
  const validation = validationTokens > 0 ? `, ${plural(validationTokens, 'validation token')}` : '';
  return [
    `${plural(parameters, 'parameter')}, a vocabulary of ${formatCount(vocabularySize)}, ${plural(trainTokens, 'training token')}${validation}`,
    `${plural(steps, 'step')} in ${plural(epochs, 'epoch')}; ${where}; ${palette.faint(event.runDirectory)}`,
    ...(step > 0 ? [`resumed after step ${formatCount(step)}`] : []),
  ];
}

export function stepLine(event: StepEvent, rate: Rate): string {
  const { step, steps, epoch, epochs, loss } = event;
  return [
    `step ${formatCount(step)}/${formatCount(steps)}`,
    `epoch ${epoch}/${epochs}`,
    `loss ${formatLoss(loss)}`,
    `perplexity ${formatPerplexity(Math.exp(loss))}`,
    ...(rate.tokensPerSecond === undefined ? [] : [`${formatCount(rate.tokensPerSecond)} tokens/s`]),
    ...(rate.secondsLeft === undefined ? [] : [`${formatDuration(rate.secondsLeft)} left`]),
  ].join('  ');
}

/** The line for an event that stays on the screen; undefined for those that only move the display on. */
export function lastingLine(event: TrainingEvent, palette: Palette = plain): string | undefined {
  if (event.type === 'validation') return validationLine(event, palette);
  if (event.type === 'learning-rate') return learningRateLine(event, palette);
  if (event.type === 'high-loss') return highLossLine(event, palette);
  if (event.type === 'engine') return engineLine(event);
  return undefined;
}

function validationLine({ epoch, step, loss, perplexity, best }: ValidationEvent, palette: Palette): string {
  const place = palette.faint(`epoch ${epoch}, step ${formatCount(step)}:`);
  const mark = best ? `  ${palette.good('best so far')}` : '';
  return `${place} validation loss ${formatLoss(loss)}, perplexity ${formatPerplexity(perplexity)}${mark}`;
}

function learningRateLine({ step, learningRate }: LearningRateEvent, palette: Palette): string {
  return `${palette.faint(`step ${formatCount(step)}:`)} learning rate ${formatNumber(learningRate)}`;
}

function highLossLine({ step, loss, lossOfChance }: HighLossEvent, palette: Palette): string {
  const chance = `a model that knows nothing has ${formatLoss(lossOfChance)}, ln(vocabulary size)`;
  return `${palette.faint(`step ${formatCount(step)}:`)} the training loss stays at ${formatNumber(loss)}; ${chance}: lower training.optimizer.learningRate`;
}

/** The engine that was chosen, how fast it is, and what the others came to. */
export function engineLine({ engine, threads, tokensPerSecond, others }: EngineEvent): string {
  const chosen = `engine: ${engine}, ${plural(threads, 'thread')}: ${formatCount(roughly(tokensPerSecond))} tokens/s`;
  return [chosen, ...others.map(trialText)].join('; ');
}

function trialText({ engine, tokensPerSecond, failure }: EngineTrial): string {
  if (tokensPerSecond !== undefined) return `${engine} ${formatCount(roughly(tokensPerSecond))}`;
  return `${engine}: ${failure}`;
}

/** Two digits of a number: a few steps tell no more. */
const roughly = (value: number) => Number(value.toPrecision(2));
