import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { openTrainingSubject } from '../../src/diagnose/training-subject.js';
import { warmUpOf } from '../../src/diagnose/warm-up.js';

const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'text.txt');
writeFileSync(path, 'the cat sat on the mat and the dog on the log.\n'.repeat(200));

const subjectOf = (schedule: Record<string, unknown>, learningRate: number, steps = 200) =>
  openTrainingSubject({
    config: resolveConfig({
      corpus: { path },
      model: { layers: [{ type: 'rnn', size: 8 }], embedding: { size: 8 } },
      training: { steps, batchSize: 4, sequenceLength: 8, optimizer: { type: 'sgd', learningRate }, schedule },
    }),
    directory: undefined,
    threads: 1,
    now: () => 0,
    onNotice: () => {},
  });

it('the steps of a training with local steps are not measured, which is said', async () => {
  const notices: string[] = [];
  const subject = await openTrainingSubject({
    config: resolveConfig({
      corpus: { path },
      model: { layers: [{ type: 'rnn', size: 8 }], embedding: { size: 8 } },
      training: { steps: 20, batchSize: 4, sequenceLength: 8, microbatches: 2, diloco: {} },
    }),
    directory: undefined,
    threads: 1,
    now: () => 0,
    onNotice: (line) => void notices.push(line),
  });
  expect([subject.measureSteps, subject.measureCurvature, subject.tryWarmUp]).toEqual([undefined, undefined, undefined]);
  expect(notices).toEqual([expect.stringContaining('training.diloco: the steps of the workers are not measured')]);
  subject.close();
});

describe('first steps with a warm-up', () => {
  it('have that of the config, or one of 50 steps or a quarter of the run, and 20 steps after it', async () => {
    for (const [schedule, warmupSteps, steps] of [
      [{ type: 'cosine', warmupSteps: 7 }, 7, 200],
      [{ type: 'cosine' }, 50, 200],
      [{ type: 'constant' }, 50, 200],
      [{ type: 'constant' }, 10, 43],
      [{ type: 'cosine', warmupSteps: 300 }, 200, 1000],
    ] as const) {
      const subject = await subjectOf(schedule, 0.1, steps);
      const tried = await subject.tryWarmUp!();
      expect(tried.warmupSteps).toBe(warmupSteps);
      expect(tried.losses.length).toBe(warmupSteps + 20);
      subject.close();
    }
  });

  it('begin with the initial parameters, whatever was measured before', async () => {
    const subject = await subjectOf({ type: 'cosine', warmupSteps: 10 }, 1);
    const first = await subject.tryWarmUp!();
    await subject.measureSteps!();
    expect(await subject.tryWarmUp!()).toEqual(first);
    subject.close();
  });

  it('are those at the full rate, times a share that grows to 1', async () => {
    // The change of the second loss by the first update is nearly linear in its rate: with 10 steps of warm-up it is a tenth.
    const secondLoss = async (warmupSteps: number, rate: number) => {
      const subject = await subjectOf({ type: 'cosine', warmupSteps }, rate);
      const { losses } = await subject.tryWarmUp!();
      subject.close();
      return losses[1]!;
    };
    const unchanged = await secondLoss(1, 1e-12);
    const full = (await secondLoss(1, 0.01)) - unchanged;
    const tenth = (await secondLoss(10, 0.01)) - unchanged;
    expect(full).toBeLessThan(-1e-4);
    expect(tenth / full).toBeGreaterThan(0.08);
    expect(tenth / full).toBeLessThan(0.12);
  });

  it('read the warm-up of a schedule that has none as 0', () => {
    expect(warmUpOf({ type: 'constant' })).toBe(0);
    expect(warmUpOf({ type: 'cosine', warmupSteps: 3 })).toBe(3);
  });
});
