/** The events of a run, and the lines of metrics.jsonl that are made of them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { runLayout } from '../../src/run/run-directory.js';
import { createCorpusGenerator } from '../../src/text/generators/index.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { metricsLine } from '../../src/train/observers/metrics.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { type Settings, smallConfig, train } from './run-fixture.js';

const small = { layers: 1, hiddenSize: 4 };
const runOf = async (settings: Settings, model: Record<string, unknown> = small) => {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
  const directory = join(folder, 'run');
  const events = await train(smallConfig(folder, settings, model), directory);
  const metrics = readFileSync(runLayout(directory).metrics, 'utf8');
  rmSync(folder, { recursive: true });
  const only = <Type extends TrainingEvent['type']>(type: Type) =>
    events.filter((event): event is Extract<TrainingEvent, { type: Type }> => event.type === type);
  return { only, directory, metrics };
};
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the events of a run', () => {
  let whole: Awaited<ReturnType<typeof runOf>>;
  beforeAll(async () => {
    whole = await runOf({});
  });

  it('are a step for each update, with its place in the run and the tokens so far', () => {
    const { only } = whole;
    const [start] = only('start');
    const steps = only('step');
    const { stepsPerEpoch, trainTokens } = start!;
    expect(start).toMatchObject({ step: 0, epochs: 2, steps: 2 * stepsPerEpoch });
    expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 2 * stepsPerEpoch }, (_, i) => i + 1));
    expect(steps.map(({ epoch }) => epoch)).toEqual(steps.map(({ step }) => Math.ceil(step / stepsPerEpoch)));
    for (const { steps: all, epochs, learningRate } of steps)
      expect([all, epochs, learningRate]).toEqual([2 * stepsPerEpoch, 2, 0.01]);
    expect(steps.at(-1)!.tokens).toBe(2 * (trainTokens - 1));
    expect(steps[0]!.tokens).toBe(80);
  });

  it('have the mean loss of the steps since the last one that had it, at each tenth step and the last one', async () => {
    // All windows but the last of an epoch have equally many tokens.
    const { only, metrics } = await runOf({ steps: 14 });
    const steps = only('step');
    const means = steps.filter(({ meanLoss }) => meanLoss !== undefined);
    expect(means.map(({ step }) => step)).toEqual([10, 14]);
    const losses = steps.map(({ loss }) => loss);
    expect(means[0]!.meanLoss).toBeCloseTo(mean(losses.slice(0, 10)), 6);
    expect(means[1]!.meanLoss).toBeCloseTo(mean(losses.slice(10)), 6);
    const lines = metrics.trimEnd().split('\n');
    const [first] = lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'step');
    const { step, epoch, learningRate, gradientNorm, tokens, meanLoss } = means[0]!;
    expect(first).toEqual({ type: 'step', step, epoch, loss: meanLoss, learningRate, gradientNorm, tokens });
  });

  it('have the mean loss of each epoch, over its tokens', () => {
    const { only } = whole;
    const steps = only('step');
    const epochs = only('epoch');
    expect(epochs.map(({ epoch, step }) => [epoch, step])).toEqual([1, 2].map((epoch) => [epoch, (epoch * steps.length) / 2]));
    for (const { epoch, loss } of epochs) {
      const own = steps.filter((step) => step.epoch === epoch);
      const nats = own.map((step) => step.loss * (step.tokens - (steps[step.step - 2]?.tokens ?? 0)));
      expect(loss).toBeCloseTo(nats.reduce((sum, value) => sum + value, 0) / (own.at(-1)!.tokens - (own[0]!.tokens - 80)), 9);
    }
  });

  it.each<[Settings, (end: number) => number[]]>([
    [{ epochs: 1, validation: { everySteps: 9 } }, (end) => [9, 18, end]],
    [{ epochs: 3, validation: { everyEpochs: 2 } }, (end) => [(2 * end) / 3, end]],
  ])('have validations when they are due and after the last step: %j', async (settings, due) => {
    const { only } = await runOf(settings);
    const [start] = only('start');
    const validations = only('validation');
    expect(validations.map(({ step }) => step)).toEqual(due(start!.steps));
    let lowest = Number.POSITIVE_INFINITY;
    for (const validation of validations) {
      const { loss, perplexity, tokens, best } = validation;
      expect([perplexity, tokens, best]).toEqual([Math.exp(loss), start!.validationTokens - 1, loss < lowest]);
      expect(validation).not.toHaveProperty('averaged');
      lowest = Math.min(lowest, loss);
    }
    const [end] = only('end');
    expect(end!.bestValidationLoss).toBe(lowest);
    expect(end!.bestStep).toBe(validations.find(({ loss }) => loss === lowest)!.step);
  });

  it('have a checkpoint before the first step, at each multiple of the interval, and one at the end', async () => {
    const { only, directory } = await runOf({ steps: 10 });
    const checkpoints = only('checkpoint');
    expect(checkpoints.map(({ step }) => step)).toEqual([0, 5, 10]);
    expect(checkpoints[1]!.path).toBe(join(runLayout(directory).checkpoints, 'step-00000005.safetensors'));
  });

  it('say when the schedule lowers the rate after a validation', async () => {
    const schedule = { type: 'plateau', factor: 0.5, patience: 1, threshold: 100 };
    const { only } = await runOf({ steps: 8, schedule, validation: { everySteps: 2 } });
    expect(only('learning-rate')).toEqual([
      { type: 'learning-rate', step: 4, learningRate: 0.005 },
      { type: 'learning-rate', step: 6, learningRate: 0.0025 },
      { type: 'learning-rate', step: 8, learningRate: 0.00125 },
    ]);
    expect(only('step').map(({ learningRate }) => learningRate)).toEqual([
      0.01, 0.01, 0.01, 0.01, 0.005, 0.005, 0.0025, 0.0025,
    ]);
  });

  it('say when averaging begins after the first step, and which validations are of the average', async () => {
    const validation = { everySteps: 4 };
    const tail = await runOf({ steps: 8, averaging: { type: 'tail', startStep: 5 }, validation });
    expect(tail.only('averaging')).toEqual([{ type: 'averaging', step: 6 }]);
    expect(tail.only('validation').map(({ averaged }) => averaged)).toEqual([undefined, true]);
    const whole = await runOf({ steps: 4, averaging: { type: 'ema' }, validation });
    expect(whole.only('averaging')).toEqual([]);
    expect(whole.only('validation').map(({ averaged }) => averaged)).toEqual([true]);
  });

  it('warn once when the mean loss was three times that of a uniform guess five times in succession', async () => {
    const optimizer = { type: 'adam', learningRate: 1000 };
    const { only } = await runOf({ steps: 70, optimizer, validation: { everySteps: 100 } });
    const means = only('step').flatMap(({ step, meanLoss }) => (meanLoss === undefined ? [] : [{ step, meanLoss }]));
    const lossOfChance = Math.log(only('start')[0]!.vocabularySize);
    expect(means.every(({ meanLoss }) => meanLoss > 3 * lossOfChance)).toBe(true);
    expect(only('high-loss')).toEqual([{ type: 'high-loss', step: 50, loss: means[4]!.meanLoss, lossOfChance }]);
    expect(whole.only('high-loss')).toEqual([]);
  });

  it('name the frozen parameters at the start', async () => {
    const { only } = await runOf({ steps: 1, freeze: ['encoder.weight'] }, { ...small, embeddingSize: 5 });
    const [start] = only('start');
    expect(start!.frozenParameters).toBe(5 * start!.vocabularySize);
  });

  it('end with the entropy of the validation text where a generator wrote it', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { steps: 1 }, small);
    const path = join(folder, 'fables.txt');
    const generator = createCorpusGenerator('fables');
    const text = generator.generate({ seed: 1, characters: 8000 });
    writeFileSync(path, text);
    const corpus = { ...config.corpus, path, generator: 'fables', boundary: 'document' } as typeof config.corpus;
    const events = await train({ ...config, corpus }, join(folder, 'run'));
    const end = events.at(-1) as Extract<TrainingEvent, { type: 'end' }>;
    // The first character is read and not predicted.
    const { trainTokens: before, validationTokens } = events.find((event) => event.type === 'start')!;
    const predicted = generator.surprisal(text).perCharacter.slice(before + 1, before + validationTokens);
    expect(end.validationFloor).toBeCloseTo(mean([...predicted]), 9);
  });
});

describe('a line of metrics', () => {
  it('has the mean loss of steps, and the terms of the objective by name', () => {
    const step = {
      type: 'step',
      step: 3,
      steps: 9,
      epoch: 1,
      epochs: 3,
      loss: 5,
      learningRate: 0.1,
      gradientNorm: 2,
      tokens: 30,
    } as const;
    expect(metricsLine(step)).toBeUndefined();
    const line = { type: 'step', step: 3, epoch: 1, loss: 4, learningRate: 0.1, gradientNorm: 2, tokens: 30 };
    expect(metricsLine({ ...step, meanLoss: 4 })).toEqual(line);
    expect(metricsLine({ ...step, meanLoss: 4, objective: { activation: 0.5 } })).toEqual({
      ...line,
      'objective.activation': 0.5,
    });
  });

  it.each<[TrainingEvent, object | undefined]>([
    [
      { type: 'epoch', step: 3, epoch: 1, loss: 2 },
      { type: 'epoch', step: 3, epoch: 1, loss: 2 },
    ],
    [
      { type: 'validation', step: 3, epoch: 1, loss: 2, perplexity: 7, tokens: 9, best: true },
      { type: 'validation', step: 3, epoch: 1, loss: 2, tokens: 9 },
    ],
    [
      { type: 'validation', step: 3, epoch: 1, loss: 2, perplexity: 7, tokens: 9, best: true, averaged: true },
      { type: 'validation', step: 3, epoch: 1, loss: 2, tokens: 9, averaged: true },
    ],
    [
      { type: 'averaging', step: 3 },
      { type: 'averaging', step: 3 },
    ],
    [
      { type: 'learning-rate', step: 3, learningRate: 0.1 },
      { type: 'learning-rate', step: 3, learningRate: 0.1 },
    ],
    [{ type: 'checkpoint', step: 3, path: 'a' }, undefined],
    [{ type: 'high-loss', step: 3, loss: 9, lossOfChance: 2 }, undefined],
  ])('is made of %j', (event, line) => {
    expect(metricsLine(event)).toEqual(line);
  });
});
