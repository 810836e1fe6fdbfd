/** Sentences that the progress bar and the plain log share. */
import type {
  AveragingEvent,
  BudgetEvent,
  EngineEvent,
  EngineTrial,
  HighLossEvent,
  LearningRateEvent,
  Sample,
  SamplesEvent,
  StartEvent,
  StartingPoint,
  StepEvent,
  TrainingEvent,
  ValidationEvent,
} from '../train/events.js';
import { createPalette, type Palette } from './colours.js';
import { formatCount, formatDuration, formatLoss, formatNumber, formatPerplexity, plural } from './format.js';
import type { Rate } from './rate.js';
import { joined, styled, type TerminalText } from './terminal-text.js';

const plain = createPalette(false);

/** An epoch with fewer steps is too short for the learning rate and the validation to work well. */
const FEW_STEPS = 10;

export function startLines(event: StartEvent, palette: Palette = plain): TerminalText[] {
  const { parameters, vocabularySize, trainTokens, validationTokens, engine, threads, shards, steps, epochs, step } = event;
  const where = styled`${engine} engine, ${plural(shards, 'shard')} on ${threads > 1 ? 'up to ' : ''}${plural(threads, 'thread')}`;
  const frozen = event.frozenParameters === undefined ? '' : `, ${formatCount(event.frozenParameters)} of them frozen`;
  const validation = validationTokens > 0 ? `, ${plural(validationTokens, 'validation token')}` : '';
  return [
    styled`${plural(parameters, 'parameter')}${frozen}, a vocabulary of ${formatCount(vocabularySize)}, ${plural(trainTokens, 'training token')}${validation}`,
    styled`${plural(steps, 'step')} in ${plural(epochs, 'epoch')}; ${where}; ${palette.faint(styled`${event.runDirectory}`)}`,
    ...(event.stepsPerEpoch < FEW_STEPS ? [styled`${fewSteps(event.stepsPerEpoch)}`] : []),
    ...(event.startedFrom ? [styled`weights of ${startingLine(event.startedFrom)}`] : []),
    ...(step > 0 ? [styled`resumed after step ${formatCount(step)}`] : []),
  ];
}

/** The origin of the weights, and the changes of the vocabulary. */
export function startingLine({ path, kept, added, dropped }: StartingPoint): string {
  const all = added === 0 && dropped === 0;
  return `${path}: ${all ? `all ${plural(kept, 'token')} kept` : `${plural(kept, 'token')} kept, ${formatCount(added)} new, ${formatCount(dropped)} dropped`}`;
}

function fewSteps(steps: number): string {
  return `only ${plural(steps, 'step')} an epoch: a smaller training.batchSize or training.sequenceLength, or a longer text, gives more`;
}

/** @param loss smoothed over the last steps */
export function stepLine(event: StepEvent, rate: Rate, loss: number): string {
  const { step, steps, epoch, epochs } = event;
  return [
    `step ${formatCount(step)}/${formatCount(steps)}`,
    `epoch ${epoch}/${epochs}`,
    `loss ${formatLoss(loss)}`,
    `perplexity ${formatPerplexity(Math.exp(loss))}`,
    ...(rate.tokensPerSecond === undefined ? [] : [`${formatCount(rate.tokensPerSecond)} tokens/s`]),
    ...(rate.secondsLeft === undefined ? [] : [`${formatDuration(rate.secondsLeft)} left`]),
  ].join('  ');
}

/** The permanent lines for an event; undefined for events that only update the display. */
export function lastingLine(event: TrainingEvent, palette: Palette = plain): string | TerminalText | undefined {
  if (event.type === 'validation') return validationLine(event, palette);
  if (event.type === 'learning-rate') return learningRateLine(event, palette);
  if (event.type === 'averaging') return averagingLine(event, palette);
  if (event.type === 'high-loss') return highLossLine(event, palette);
  if (event.type === 'samples') return samplesText(event, palette);
  if (event.type === 'engine') return engineLine(event);
  if (event.type === 'budget') return budgetLine(event);
  return undefined;
}

function validationLine({ epoch, step, loss, perplexity, best, averaged }: ValidationEvent, palette: Palette): TerminalText {
  const place = palette.faint(`epoch ${epoch}, step ${formatCount(step)}:`);
  const mark = best ? styled`  ${palette.good('best so far')}` : '';
  const which = averaged ? ' of the average' : '';
  return styled`${place} validation loss${which} ${formatLoss(loss)}, perplexity ${formatPerplexity(perplexity)}${mark}`;
}

function learningRateLine({ step, learningRate }: LearningRateEvent, palette: Palette): TerminalText {
  return styled`${palette.faint(`step ${formatCount(step)}:`)} learning rate ${formatNumber(learningRate)}`;
}

function averagingLine({ step }: AveragingEvent, palette: Palette): TerminalText {
  return styled`${palette.faint(`step ${formatCount(step)}:`)} averaging begins: the average of the parameters is evaluated and saved`;
}

function highLossLine({ step, loss, lossOfChance }: HighLossEvent, palette: Palette): TerminalText {
  const chance = `a uniform guess has ${formatLoss(lossOfChance)}, ln(vocabulary size)`;
  return styled`${palette.faint(`step ${formatCount(step)}:`)} the training loss stays at ${formatNumber(loss)}; ${chance}: lower training.optimizer.learningRate`;
}

/** Each sample is indented and has a heading, so that no text can imitate a line of ours. */
function samplesText({ epoch, step, samples }: SamplesEvent, palette: Palette): TerminalText {
  const place = palette.faint(`epoch ${epoch}, step ${formatCount(step)}:`);
  const headed = samples.flatMap((sample, i) => {
    const which = samples.length > 1 ? ` ${i + 1} of ${samples.length}` : '';
    return [styled`${place} sample${which}`, ...sampleLines(sample).map((line) => styled`  ${line}`)];
  });
  return joined(headed, '\n');
}

function sampleLines({ prompt, text, failure = '' }: Sample): string[] {
  if (text === undefined) return [`not written: ${failure}`];
  return `${prompt}${text}`.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** The chosen engine with its speed, and the results of the others. */
export function engineLine({ engine, threads, tokensPerSecond, others }: EngineEvent): TerminalText {
  const chosen = styled`engine: ${engine}, ${plural(threads, 'thread')}: ${formatCount(roughly(tokensPerSecond))} tokens/s`;
  return joined([chosen, ...others.map(trialText)], '; ');
}

/** The number of steps that the budget allows. */
export function budgetLine({ seconds, secondsPerStep, steps }: BudgetEvent): TerminalText {
  return styled`budget: ${plural(steps, 'step')} in ${formatDuration(seconds)}, at ${formatNumber(roughly(secondsPerStep))} s for a step`;
}

function trialText({ engine, tokensPerSecond, failure = '' }: EngineTrial): TerminalText {
  if (tokensPerSecond !== undefined) return styled`${engine} ${formatCount(roughly(tokensPerSecond))}`;
  return styled`${engine}: ${failure}`;
}

/** A number with two digits, because a few measured steps are not more accurate. */
const roughly = (value: number) => Number(value.toPrecision(2));
