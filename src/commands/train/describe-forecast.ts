import type { TrainingForecast } from '../../train/forecast.js';
import { formatCount, formatDuration, formatLoss, formatPerplexity, formatSize, plural } from '../../ui/format.js';
import { engineLine, startingLine } from '../../ui/lines.js';
import { notesSection, type ReportLines, reportLines, reportSection } from '../shared/report-lines.js';

/**
 * The forecast for people.
 *
 * @param width columns
 */
export function describeForecast(forecast: TrainingForecast, width: number): string {
  const lines = reportLines(width);
  const { runDirectory, notices } = forecast;
  return [
    `${runDirectory}: the plan of this run; nothing is written`,
    reportSection('Model', modelLines(lines, forecast)),
    reportSection('Text', textLines(lines, forecast)),
    reportSection('Time', timeLines(lines, forecast)),
    ...(forecast.team ? [reportSection('Processes', teamLines(lines, forecast.team))] : []),
    reportSection(forecast.team ? 'Memory of each process' : 'Memory', memoryLines(lines, forecast)),
    reportSection('Disk', diskLines(lines, forecast)),
    reportSection('Reference losses, in nats per token', lossLines(lines, forecast)),
    ...notesSection(notices),
  ].join('\n\n');
}

function modelLines(
  { fact }: ReportLines,
  {
    parameters,
    frozenParameters,
    vocabularySize,
    tokenizer,
    startedFrom,
    engineChoice,
    engine,
    shards,
    threads,
  }: TrainingForecast,
) {
  const frozen = frozenParameters === undefined ? '' : `, ${formatCount(frozenParameters)} of them frozen`;
  return [
    ...fact('parameters', `${formatCount(parameters)}${frozen}`),
    ...fact('vocabulary', `${plural(vocabularySize, 'token')}, tokenizer ${tokenizer}`),
    ...(startedFrom ? fact('weights', startingLine(startedFrom)) : []),
    ...(engineChoice
      ? fact('engine', engineLine(engineChoice).codes.replace('engine: ', ''))
      : fact('engine', `${engine}, ${plural(shards, 'shard')} on ${threads > 1 ? 'up to ' : ''}${plural(threads, 'thread')}`)),
  ];
}

function textLines(
  { fact }: ReportLines,
  { trainTokens, validationTokens, testTokens, parameters }: TrainingForecast,
): string[] {
  const share = trainTokens / parameters;
  return [
    ...fact('training', `${plural(trainTokens, 'token')}, ${share.toFixed(share < 10 ? 2 : 0)} per parameter`),
    ...(validationTokens > 0 ? fact('validation', plural(validationTokens, 'token')) : []),
    ...(testTokens > 0 ? fact('test', plural(testTokens, 'token')) : []),
  ];
}

function timeLines({ fact }: ReportLines, forecast: TrainingForecast): string[] {
  const { step, steps, epochs, tokensPerEpoch, tokensLeft, secondsPerStep, tokensPerSecond, validation, seconds } = forecast;
  const { budget } = forecast;
  const resumed = step > 0 ? fact('done', `${formatCount(step)} of ${plural(steps, 'step')}`) : [];
  const left = fact(
    'steps',
    `${formatCount(steps - step)}${step > 0 ? ' left' : ''}, to the end of ${plural(epochs, 'epoch')}`,
  );
  if (secondsPerStep === undefined || tokensPerSecond === undefined)
    return [...resumed, ...fact('steps', 'none left: the run is at its end')];
  return [
    ...resumed,
    ...left,
    ...(budget ? fact('budget', `${formatDuration(budget.seconds)}, in which these steps fit`) : []),
    ...fact('tokens', `${formatCount(tokensLeft)} to train on; ${formatCount(tokensPerEpoch)} in an epoch`),
    ...fact('speed', `${formatCount(roughly(tokensPerSecond))} tokens/s, ${duration(secondsPerStep)} a step, measured now`),
    ...(validation ? fact('validation', `${formatCount(validation.times)} times ${duration(validation.seconds)}`) : []),
    ...fact('total', `about ${formatDuration(seconds)}`),
  ];
}

function teamLines({ fact }: ReportLines, team: NonNullable<TrainingForecast['team']>): string[] {
  const { processes, name, bytesPerStep, secondsPerExchange, bytesPerSecond, efficiency } = team;
  return [
    ...fact('processes', `${formatCount(processes)} (${name})`),
    ...fact('gradients', `${formatSize(bytesPerStep)} sent by each in a step, and as many received`),
    ...fact('exchange', `${duration(secondsPerExchange)}, at ${formatSize(roughly(bytesPerSecond))}/s, measured now`),
    ...fact(
      'efficiency',
      `${Math.round(100 * efficiency)}%: ${(processes * efficiency).toFixed(1)} times the speed of one process`,
    ),
  ];
}

function memoryLines({ fact }: ReportLines, { memory }: TrainingForecast): string[] {
  const { parameters, optimizer, engine, corpus, process } = memory;
  return [
    ...fact('parameters', formatSize(parameters)),
    ...fact('optimizer', formatSize(optimizer)),
    ...fact('engine', `${formatSize(engine)}, these two included`),
    ...(corpus > 0 ? fact('text', `${formatSize(corpus)} of tokens`) : []),
    ...fact('whole process', `${formatSize(process)} at most during this measurement`),
  ];
}

function diskLines({ fact }: ReportLines, { disk }: TrainingForecast): string[] {
  const { checkpoint, checkpoints, model, metrics, total, free } = disk;
  return [
    ...fact('checkpoints', `${formatCount(checkpoints)} at once at most, ${formatSize(checkpoint)} each`),
    ...fact('model', formatSize(model)),
    ...fact('metrics', formatSize(metrics)),
    ...fact('total', `${formatSize(total)} at most${free === undefined ? '' : `; ${formatSize(free)} are free`}`),
  ];
}

function lossLines({ fact }: ReportLines, { lossOfChance, baselines, validationFloor }: TrainingForecast): string[] {
  return [
    ...fact('uniform guess', withPerplexity(lossOfChance)),
    ...(baselines ? fact('unigram', `${withPerplexity(baselines.unigram)}: frequencies of single tokens`) : []),
    ...(baselines
      ? fact('n-gram model', `${withPerplexity(baselines.kneserNey)}: Kneser-Ney of order ${baselines.order}`)
      : []),
    ...(validationFloor === undefined ? [] : fact('floor', `${withPerplexity(validationFloor)}: the entropy of the text`)),
  ];
}

const withPerplexity = (loss: number) => `${formatLoss(loss)}, perplexity ${formatPerplexity(Math.exp(loss))}`;

/** Two digits, because a few measured steps are not more accurate. */
const roughly = (value: number) => Number(value.toPrecision(2));

/** `3.2 ms`, `1.4 s`, `2m 05s`. */
function duration(seconds: number): string {
  if (seconds >= 60) return formatDuration(seconds);
  return seconds < 1 ? `${roughly(seconds * 1000)} ms` : `${roughly(seconds)} s`;
}
