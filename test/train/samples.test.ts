import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { UserError } from '../../src/foundation/errors.js';
import { modelOptions } from '../../src/model/specification.js';
import { openModel } from '../../src/run/open-model.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { createGenerator } from '../../src/sample/generate.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { createSamplesObserver } from '../../src/train/observers/samples.js';
import { trainingTable } from '../../src/train/session.js';
import { loadTrainingData } from '../../src/train/training-data.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, smallConfig, train } from './run-fixture.js';

const samples = { everySteps: 4, prompts: ['the a', ''], length: 12, temperature: 0.9, topP: 0.95 };
const logOf = (directory: string) => readFileSync(runLayout(directory).samples, 'utf8');
const linesOf = (directory: string) =>
  logOf(directory)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { step: number; epoch: number; prompt: string; text: string });
const samplesIn = (events: readonly TrainingEvent[]) => events.filter((event) => event.type === 'samples');

describe('samples during training', () => {
  it('change no bit of model, checkpoints and metrics', async () => {
    const folder = temporaryFolder();
    const [without, with_] = [join(folder, 'without'), join(folder, 'with')];
    const plain = await train(smallConfig(folder), without);
    const events = await train(smallConfig(folder, { samples }), with_);
    expect(resultOf(with_)).toEqual(resultOf(without));
    const names = (directory: string) => listCheckpoints(runLayout(directory).checkpoints).map(({ step }) => step);
    expect(names(with_)).toEqual(names(without));
    expect(events.filter(({ type }) => type === 'step')).toEqual(plain.filter(({ type }) => type === 'step'));
    expect(existsSync(runLayout(without).samples)).toBe(false);
  });

  it('are written when they are due and after the last step, as events and as lines of samples.jsonl', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    const events = await train(smallConfig(folder, { epochs: 1, samples }), directory);
    const last = events.filter(({ type }) => type === 'step').length;
    expect(last % 4).not.toBe(0);
    const due = [...Array.from({ length: Math.floor(last / 4) }, (_, i) => 4 * (i + 1)), last];
    expect(samplesIn(events).map(({ step }) => step)).toEqual(due);
    const lines = linesOf(directory);
    expect(lines.map(({ step, prompt }) => [step, prompt])).toEqual(
      due.flatMap((step) => [
        [step, 'the a'],
        [step, ''],
      ]),
    );
    expect(lines.map(({ text }) => text.length)).toEqual(Array(2 * due.length).fill(12));
    const written = samplesIn(events).flatMap(({ step, epoch, samples: texts }) =>
      texts.map((text) => ({ step, epoch, ...text })),
    );
    expect(written).toEqual(lines);
  });

  it('are written at the end of every n-th epoch', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { epochs: 5, samples: { everyEpochs: 2, length: 3 } });
    const events = await train(config, join(folder, 'run'));
    const ends = events.filter((event) => event.type === 'epoch').map(({ step }) => step);
    expect(samplesIn(events).map(({ step, epoch }) => [step, epoch])).toEqual(
      [2, 4, 5].map((epoch) => [ends[epoch - 1], epoch]),
    );
  });

  it('are what the sample command writes with the checkpoint and the seed of the run', async () => {
    const folder = temporaryFolder();
    const directory = join(folder, 'run');
    const config = smallConfig(folder, { epochs: 1, samples });
    await train(config, directory);
    const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
    const model = openModel(listCheckpoints(runLayout(directory).checkpoints)[0]!.path, engine);
    const generator = createGenerator({ model, engine });
    const options = { maximumTokens: 12, temperature: 0.9, topP: 0.95, seed: config.seed };
    let text = '';
    for await (const piece of generator.generate(await generator.read('the a'), options)) text += piece;
    engine.close();
    expect(text).toBe(linesOf(directory).findLast(({ prompt }) => prompt === 'the a')!.text);
  });

  it('are not repeated when a run is resumed from an earlier step, and removed when their line is damaged', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { samples });
    await train(config, join(folder, 'whole'));
    const directory = join(folder, 'pieces');
    let left = 14;
    await train(config, directory, { stopRequested: () => left-- === 0 });
    const before = logOf(directory);
    const steps = before.trimEnd().split('\n').length;
    expect(steps).toBe(6);
    // As after a power failure: samples of a step that no checkpoint has, and a part of a line.
    appendFileSync(runLayout(directory).samples, '{"step":16,"epoch":1,"prompt":"x","text":"y"}\n{"step":1');
    await train(config, directory, { start: 'resume' });
    expect(logOf(directory)).toBe(logOf(join(folder, 'whole')));
    expect(resultOf(directory)).toEqual(resultOf(join(folder, 'whole')));
  });

  it('are reported as failures by a model whose predictions are not numbers', async () => {
    const config = smallConfig(temporaryFolder(), { samples });
    const { tokenizer } = await loadTrainingData(config);
    const table = trainingTable(modelOptions(config.model, tokenizer.vocabulary.size), {});
    const events: TrainingEvent[] = [];
    const observer = createSamplesObserver(
      { config, tokenizer: tokenizer.toJSON(), table },
      (event) => void events.push(event),
    )!;
    const lines: unknown[] = [];
    observer.begin({ append: (line) => void lines.push(line) });
    const place = { step: 4, epoch: 1, endsEpoch: false, isLast: false };
    await observer.observe(place, new Float32Array(table.arenaLength).fill(Number.NaN));
    await observer.observe({ ...place, step: 5 }, new Float32Array(table.arenaLength));
    observer.close();
    const failures = ['the a', ''].map((prompt) => ({ prompt, failure: expect.stringContaining('not') }));
    expect(events).toEqual([{ type: 'samples', step: 4, epoch: 1, samples: failures }]);
    expect(lines).toEqual(failures.map((failure) => ({ step: 4, epoch: 1, ...failure })));
    const { samples: _, ...training } = config.training;
    const without = { config: { ...config, training }, tokenizer: tokenizer.toJSON(), table };
    expect(createSamplesObserver(without, () => {})).toBeUndefined();
  });

  it('are refused before the first step for a prompt with characters that the vocabulary does not have', async () => {
    const folder = temporaryFolder();
    const config = smallConfig(folder, { samples: { everySteps: 1, prompts: ['the', 'Ω'] } });
    const error = await train(config, join(folder, 'run')).catch((thrown: UserError) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect([(error as UserError).kind, (error as UserError).message]).toEqual([
      'usage',
      expect.stringContaining('training.samples.prompts.1 is "Ω": 1 character'),
    ]);
  });
});
