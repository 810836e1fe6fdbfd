/** The forecast of a run beside the run itself, in this process; test/commands/train/dry-run.test.ts shows it as users see it. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ResolvedConfig } from '../../src/config/types.js';
import { createCorpusGenerator } from '../../src/text/generators/index.js';
import { countingLosses } from '../../src/train/counting-losses.js';
import { forecastTraining } from '../../src/train/forecast.js';
import { loadTrainingData } from '../../src/train/training-data.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { type Settings, smallConfig, train } from './run-fixture.js';

/** A clock that goes on by a second whenever it is read: all durations are known. */
function countingClock(): () => number {
  let seconds = 0;
  return () => seconds++;
}

const forecastOf = (config: ResolvedConfig, directory: string, start: 'new' | 'resume' = 'new') =>
  forecastTraining({ config, directory, start, threads: 1, now: countingClock(), peakMemory: () => 1234 });

const folderAndConfig = (settings: Settings = {}, model: Record<string, unknown> = {}) => {
  const folder = temporaryFolder();
  return { folder, config: smallConfig(folder, settings, model) };
};

describe('the forecast of a run', () => {
  test('says of model, text and length what the start of the run says, and writes nothing', async () => {
    const { folder, config } = folderAndConfig();
    const directory = join(folder, 'run');
    const forecast = await forecastOf(config, directory);
    expect(existsSync(directory)).toBe(false);
    const events = await train(config, directory);
    const start = events.find((event) => event.type === 'start')!;
    const { parameters, vocabularySize, trainTokens, validationTokens, engine, shards, threads, steps, epochs } = start;
    const same = { parameters, vocabularySize, trainTokens, validationTokens, engine, shards, threads, steps, epochs };
    expect(forecast).toMatchObject({ ...same, step: 0, tokenizer: 'character', runDirectory: directory });
    expect(forecast).not.toHaveProperty('budget');
    expect(forecast).not.toHaveProperty('frozenParameters');
    expect(start).not.toHaveProperty('frozenParameters');
    expect(forecast).not.toHaveProperty('validationFloor');
    expect(forecast.lossOfChance).toBeCloseTo(Math.log(vocabularySize), 12);
    expect(forecast.validation!.times).toBe(events.filter((event) => event.type === 'validation').length);
    // Each tensor begins at a multiple of 16 bytes.
    const { memory } = forecast;
    expect(memory.parameters / 4 - parameters).toBeGreaterThanOrEqual(0);
    expect(memory.parameters / 4 - parameters).toBeLessThan(40);
    expect(memory).toMatchObject({ optimizer: 2 * memory.parameters, process: 1234 });
    expect(memory.corpus).toBe(4 * (trainTokens + validationTokens + forecast.testTokens));
    expect(forecast.notices).toEqual([]);
  });

  test('measures the seconds of a step and of a token, and adds them up', async () => {
    const { folder, config } = folderAndConfig();
    const { secondsPerStep, tokensPerSecond, seconds, steps, validation, trainTokens } = await forecastOf(
      config,
      join(folder, 'run'),
    );
    const stepsPerEpoch = steps / 2;
    expect(tokensPerSecond).toBeCloseTo((trainTokens - 1) / stepsPerEpoch / secondsPerStep!, 9);
    expect(validation!.seconds).toBeGreaterThan(0);
    expect(seconds).toBeCloseTo(steps * secondsPerStep! + validation!.times * validation!.seconds, 9);
  });

  test('of a run that goes on begins where it is, and has the rest of it', async () => {
    const { folder, config } = folderAndConfig();
    const directory = join(folder, 'run');
    let left = 12;
    await train(config, directory, { stopRequested: () => left-- === 0 });
    const whole = await forecastOf(config, join(folder, 'other'));
    const rest = await forecastOf(config, directory, 'resume');
    expect(rest.step).toBe(12);
    expect(rest.tokensLeft).toBeLessThan(whole.tokensLeft);
    expect(rest.validation!.times).toBeLessThan(whole.validation!.times);
    const again = await forecastOf(config, directory);
    expect(again.notices).toEqual([
      `${directory} already contains a run: it is continued with --resume, replaced with --overwrite`,
    ]);
  });

  test('counts the checkpoints that a run keeps at once: the last ones, one more while it is written, and that of the best model', async () => {
    const checkpointsOf = async (settings: Settings) => {
      const { folder, config } = folderAndConfig(settings);
      return (await forecastOf(config, join(folder, 'run'))).disk.checkpoints;
    };
    expect(await checkpointsOf({ checkpoints: { everySteps: 5, keep: 3 } })).toBe(5);
    const { folder, config } = folderAndConfig({ checkpoints: { everySteps: 5, keep: 3 } });
    const unvalidated = { ...config, corpus: { ...config.corpus, split: { train: 1, validation: 0, test: 0 } } };
    const forecast = await forecastOf(unvalidated as ResolvedConfig, join(folder, 'run'));
    expect([forecast.validation?.times ?? 0, forecast.disk.checkpoints]).toEqual([0, 4]);
  });

  test('counts a second array of parameters where they are averaged, and has the losses of counting models', async () => {
    const { folder, config } = folderAndConfig({ averaging: { type: 'ema' } });
    const { memory, baselines, parameters } = await forecastOf(config, join(folder, 'run'));
    expect(memory.parameters / 8 - parameters).toBeGreaterThanOrEqual(0);
    expect(memory.parameters / 8 - parameters).toBeLessThan(40);
    expect(memory.optimizer).toBe(memory.parameters);
    expect(memory.engine).toBeGreaterThan(memory.parameters + memory.optimizer);
    expect(baselines).toEqual(countingLosses(await loadTrainingData(config)));
  });

  test('has the entropy of the validation text where a generator wrote it', async () => {
    const { folder, config } = folderAndConfig();
    const path = join(folder, 'fables.txt');
    writeFileSync(path, createCorpusGenerator('fables').generate({ seed: 1, characters: 8000 }));
    const corpus = { ...config.corpus, path, generator: 'fables', boundary: 'document' } as typeof config.corpus;
    const written = { ...config, corpus };
    const { validationFloor } = await forecastOf(written, join(folder, 'run'));
    expect(validationFloor).toBe((await loadTrainingData(written)).validationFloor);
    expect(validationFloor).toBeGreaterThan(0.1);
  });

  test('names the frozen parameters and the steps of a budget', async () => {
    const { folder, config } = folderAndConfig({ freeze: ['encoder.weight'] }, { embeddingSize: 5 });
    const frozen = await forecastOf(config, join(folder, 'run'));
    expect(frozen.frozenParameters).toBe(frozen.vocabularySize * 5);
    const { budget, steps } = await forecastOf(smallConfig(folder, { budget: '90s' }), join(folder, 'run'));
    expect(budget).toMatchObject({ type: 'budget', steps });
  });
});
