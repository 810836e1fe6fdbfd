import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
const dryRun = (...args: string[]) => textloom(['train', 'small.yaml', '--dry-run', ...args], folder);
const plan = async (...args: string[]) => {
  const { code, stdout, stderr } = await dryRun(...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
};
/** Every file and folder with its content and the time of its last change. */
const snapshot = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { mtimeMs } = statSync(join(folder, name));
      return [name, mtimeMs, statSync(join(folder, name)).isFile() ? readFileSync(join(folder, name), 'latin1') : ''];
    });

beforeAll(async () => {
  await textloom(['train', 'small.yaml', '--quiet', '--output', 'used'], folder);
});

describe('textloom train --dry-run', () => {
  it('forecasts the run, and writes nothing', async () => {
    const before = snapshot();
    const { code, stdout, stderr } = await dryRun();
    expect([code, stderr]).toEqual([0, '']);
    for (const title of ['Model', 'Text', 'Time', 'Memory', 'Disk']) expect(stdout).toMatch(new RegExp(`^${title}$`, 'm'));
    expect(stdout).toMatch(/speed +[\d,]+ tokens\/s, [\d.]+ m?s a step, measured now/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(snapshot()).toEqual(before);
  });

  it('reports the same in one JSON document, with consistent figures', async () => {
    const forecast = await plan();
    expect(forecast).toMatchObject({
      runDirectory: 'runs/small',
      engine: 'typed-array',
      step: 0,
      steps: 6,
      epochs: 1,
      notices: [],
    });
    const { secondsPerStep, tokensPerSecond, validation, seconds, tokensLeft, tokensPerEpoch, trainTokens } = forecast;
    expect(validation.times).toBe(2);
    expect(seconds).toBeCloseTo(6 * secondsPerStep + 2 * validation.seconds, 6);
    expect(tokensPerEpoch).toBe(trainTokens - 1);
    expect(tokensPerSecond * secondsPerStep).toBeCloseTo(tokensLeft / 6, 0);
    const { memory } = forecast;
    expect(memory.engine).toBeGreaterThan(memory.parameters + memory.optimizer);
    expect(memory.process).toBeGreaterThan(20e6);
    expect(forecast.lossOfChance).toBeCloseTo(Math.log(forecast.vocabularySize), 12);
    expect(forecast.baselines.kneserNey).toBeLessThan(forecast.baselines.unigram);
  });

  it('forecasts the final size of the files', async () => {
    const { disk } = await plan();
    const size = (name: string) => statSync(join(folder, 'used', name)).size;
    expect(disk.checkpoint / size('checkpoints/step-00000006.safetensors')).toBeCloseTo(1, 1);
    expect(disk.model / size('model.safetensors')).toBeCloseTo(1, 1);
    expect(disk.checkpoints).toBe(4);
    expect(disk.free).toBeGreaterThan(disk.total);
  });

  it('does not change a directory in use, and gives the message of training', async () => {
    const before = snapshot();
    const { notices } = await plan('--output', 'used');
    expect(notices).toEqual(['used already contains a run: it is continued with --resume, replaced with --overwrite']);
    expect((await plan('--output', 'used', '--overwrite')).notices).toEqual([]);
    expect(snapshot()).toEqual(before);
  });

  it('with --resume forecasts the rest, and does not change the run', async () => {
    const before = snapshot();
    const forecast = await plan('--output', 'used', '--resume', '--set', 'training.steps=20');
    expect(forecast).toMatchObject({ step: 6, steps: 20, validation: { times: 5 } });
    expect(forecast.notices).toEqual(['resuming with training.steps = 20 (it was 6)']);
    const { stdout } = await dryRun('--output', 'used', '--resume', '--set', 'training.steps=20');
    expect(stdout).toMatch(/done +6 of 20 steps\n +steps +14 left/);
    expect(snapshot()).toEqual(before);
  });

  it('says when nothing is left to train', async () => {
    const forecast = await plan('--output', 'used', '--resume');
    expect(forecast).toMatchObject({ seconds: 0, tokensLeft: 0 });
    expect(forecast.secondsPerStep).toBeUndefined();
  });

  it('refuses --quiet, which would leave nothing to show', async () => {
    expectRefusal(await dryRun('--quiet'), { code: 2, says: '--dry-run and --quiet' });
  });

  it.each([
    [['--resume', '--overwrite'], 2, '--resume and --overwrite'],
    [['--resume'], 4, 'cannot resume runs/small'],
    [['--set', 'corpus.path=gone.txt'], 3, 'gone.txt'],
  ])('refuses %j with exit code %d, in the words of training', async (flags, code, says) => {
    const outcome = await dryRun(...flags);
    expectRefusal(outcome, { code, says });
    expect(await textloom(['train', 'small.yaml', ...flags], folder)).toEqual(outcome);
  });
});
