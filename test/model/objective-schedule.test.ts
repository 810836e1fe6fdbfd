import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { alwaysTrains, shareAt, termSchedules } from '../../src/model/objectives/schedule.js';
import { readCheckpoint } from '../../src/run/checkpoint.js';
import { resultOf, smallText, train } from '../train/run-fixture.js';

describe('the share of a term that counts', () => {
  const at = (schedule: object) =>
    [0, 0.25, 0.5, 0.75, 0.99].map((progress) => shareAt(termSchedules({ it: schedule as never }).it!, progress));

  test('is constant from start to end', () => {
    expect(at({})).toEqual([1, 1, 1, 1, 1]);
    expect(at({ start: 0.25, end: 0.75 })).toEqual([0, 1, 1, 0, 0]);
  });

  test('falls in a line from the whole weight to 0', () => {
    expect(at({ shape: 'linear' }).map((share) => Math.round(100 * share))).toEqual([100, 75, 50, 25, 1]);
    expect(at({ start: 0.25, end: 0.75, shape: 'linear' })).toEqual([0, 1, 0.5, 0, 0]);
  });
});

test('at each moment something is trained, or it is found that nothing is', () => {
  const schedules = termSchedules({ crossEntropy: { start: 0.5 }, skipGram: { end: 0.5 } });
  expect(alwaysTrains(schedules, ['crossEntropy', 'skipGram'])).toBe(true);
  expect(alwaysTrains(schedules, ['crossEntropy', 'skipGram', 'activation'])).toBe(true);
  expect(alwaysTrains(schedules, ['crossEntropy'])).toBe(false);
  expect(alwaysTrains(termSchedules({ crossEntropy: { end: 0.9 } }), ['crossEntropy'])).toBe(false);
  expect(
    alwaysTrains(termSchedules({ crossEntropy: { start: 0.6 }, skipGram: { end: 0.5 } }), ['crossEntropy', 'skipGram']),
  ).toBe(false);
});

describe('a scheduled run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'corpus.txt'), smallText(600));
  const configWith = (objectiveSchedule: object) =>
    resolveConfig({
      corpus: { path: join(folder, 'corpus.txt'), split: { train: 0.8, validation: 0.1, test: 0.1 } },
      model: { cell: { type: 'gru' }, layers: 1, hiddenSize: 4 },
      training: {
        steps: 8,
        batchSize: 2,
        sequenceLength: 5,
        optimizer: { type: 'adam', learningRate: 0.01 },
        objective: { skipGram: 0.1 },
        objectiveSchedule,
        checkpoints: { everySteps: 2, keep: 9 },
      },
    } as never);

  test('trains by skip-gram alone before the cross-entropy counts, and then by the cross-entropy alone', async () => {
    const config = configWith({ skipGram: { end: 0.5 }, crossEntropy: { start: 0.5 } });
    const events = await train(config, join(folder, 'before'));
    const terms = events.flatMap((event) => (event.type === 'step' ? [event.objective!.skipGram!] : []));
    expect(terms.slice(0, 4).every((term) => term > 0)).toBe(true);
    expect(terms.slice(4)).toEqual([0, 0, 0, 0]);
    const tensor = (step: number, name: string) => {
      const path = join(folder, 'before/checkpoints', `step-0000000${step}.safetensors`);
      return readCheckpoint(path).parameters.find((one) => one.name === name)!.data;
    };
    // The recurrent layer has a part in the cross-entropy alone.
    expect(tensor(4, 'rnn.weight_hh_l0')).toEqual(tensor(0, 'rnn.weight_hh_l0'));
    expect(tensor(8, 'rnn.weight_hh_l0')).not.toEqual(tensor(4, 'rnn.weight_hh_l0'));
    expect(tensor(4, 'encoder.weight')).not.toEqual(tensor(0, 'encoder.weight'));
  });

  test('is the same with a schedule that never changes a weight, and when it is stopped and resumed', async () => {
    const { objectiveSchedule: _, ...training } = configWith({}).training;
    await train({ ...configWith({}), training } as never, join(folder, 'none'));
    const trivial = configWith({ skipGram: {}, crossEntropy: {} });
    await train(trivial, join(folder, 'trivial'));
    const parametersOf = (run: string) =>
      readCheckpoint(join(folder, run, 'checkpoints/step-00000008.safetensors')).parameters.map(({ data }) => data);
    expect(parametersOf('trivial')).toEqual(parametersOf('none'));

    const falling = configWith({ skipGram: { start: 0.2, end: 0.9, shape: 'linear' } });
    await train(falling, join(folder, 'whole'));
    let left = 5;
    await train(falling, join(folder, 'pieces'), { stopRequested: () => left-- === 0 });
    await train(falling, join(folder, 'pieces'), { start: 'resume' });
    expect(resultOf(join(folder, 'pieces'))).toEqual(resultOf(join(folder, 'whole')));
  });
});
