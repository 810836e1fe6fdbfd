import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRunReader, type RunRecord, readRunRecord } from '../../src/experiments/run-record.js';
import { acquireLock } from '../../src/files/lock.js';
import { runLayout } from '../../src/run/run-directory.js';
import type { SessionBegin, SessionEnd } from '../../src/run/sessions-log.js';
import { temporaryFolder } from '../files/temporary-folder.js';

const minute = (n: number) => new Date(Date.UTC(2026, 0, 2, 3, n)).toISOString();
const begin = (n: number, step: number, tokens: number): SessionBegin => ({
  type: 'begin',
  time: minute(n),
  step,
  steps: 100,
  tokens,
  parameters: 1234,
  engine: 'typed-array',
  threads: 2,
});
const end = (n: number, more: Partial<SessionEnd>): SessionEnd => ({
  type: 'end',
  time: minute(n),
  reason: 'completed',
  step: 100,
  tokens: 1000,
  seconds: 50,
  ...more,
});
const metrics = [
  { type: 'step', step: 10, loss: 3, tokens: 100 },
  { type: 'validation', step: 10, loss: 2.75 },
  { type: 'step', step: 20, loss: 2.5, tokens: 200 },
  { type: 'validation', step: 20, loss: 2.25 },
  { type: 'step', step: 30, loss: 2, tokens: 300 },
  { type: 'validation', step: 30, loss: 2.5 },
];

interface RunFiles {
  readonly sessions?: readonly (SessionBegin | SessionEnd)[];
  readonly config?: string;
  /** The minute in which the metrics changed. */
  readonly changed?: number;
  readonly active?: boolean;
}

async function recordOf({
  sessions,
  config = 'corpus: { path: a.txt }',
  changed = 5,
  active = false,
}: RunFiles): Promise<RunRecord> {
  const directory = join(temporaryFolder(), 'run');
  mkdirSync(directory);
  const layout = runLayout(directory);
  const lines = (values: readonly unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
  writeFileSync(layout.config, config);
  writeFileSync(layout.metrics, lines(metrics));
  utimesSync(layout.metrics, new Date(minute(changed)), new Date(minute(changed)));
  if (sessions) writeFileSync(layout.sessions, lines(sessions));
  const lock = active ? acquireLock(layout.lock) : undefined;
  try {
    return await readRunRecord(directory);
  } finally {
    lock?.release();
  }
}

describe('readRunRecord', () => {
  it('reads the losses from the metrics, and the rest from the sessions and the config', async () => {
    const record = await recordOf({ sessions: [begin(0, 0, 0), end(2, { testLoss: 2.375 })] });
    expect(record).toMatchObject({
      state: 'completed',
      step: 100,
      steps: 100,
      trainingLoss: 2,
      bestValidationLoss: 2.25,
      bestStep: 20,
      testLoss: 2.375,
      tokensPerSecond: 20,
      seconds: 50,
      parameters: 1234,
      engine: 'typed-array',
      threads: 2,
      changed: new Date(minute(5)),
    });
    expect(record.config.get('corpus.path')).toMatch(/a\.txt$/);
    expect(record.problem).toBeUndefined();
  });

  it.each([
    ['completed', 'completed'],
    ['early-stopping', 'early-stopped'],
    ['interrupted', 'stopped'],
    ['diverged', 'diverged'],
    ['failed', 'failed'],
  ] as const)('has the state of the last session: %s is %s', async (reason, state) => {
    const record = await recordOf({ sessions: [begin(0, 0, 0), end(1, { reason, message: 'why' })] });
    expect([record.state, record.message]).toEqual([state, 'why']);
  });

  it('is running while the lock is held, with the speed from the metrics', async () => {
    const sessions = [begin(0, 0, 0), end(1, { reason: 'interrupted', tokens: 60, testLoss: 9 }), begin(4, 10, 60)];
    const record = await recordOf({ sessions, active: true });
    expect(record).toMatchObject({ state: 'running', step: 30, tokensPerSecond: 4, seconds: 110 });
    expect(record.testLoss).toBeUndefined();
  });

  it('was killed when the last session has no end and nobody holds the lock', async () => {
    const record = await recordOf({ sessions: [begin(4, 0, 0)] });
    expect(record).toMatchObject({ state: 'killed', step: 30, tokensPerSecond: 5, seconds: 60 });
  });

  it('counts the time only of sessions that can be known', async () => {
    const sessions = [begin(0, 0, 0), begin(1, 5, 50), end(3, { tokens: 250, seconds: 40 })];
    expect(await recordOf({ sessions })).toMatchObject({ tokensPerSecond: 5, seconds: 40 });
    const { tokensPerSecond, seconds } = await recordOf({ sessions: [begin(6, 0, 0)] });
    expect([tokensPerSecond, seconds]).toEqual([undefined, 0]);
  });

  it('of a run without a log of sessions has the steps of the config', async () => {
    const record = await recordOf({ config: 'corpus: { path: a.txt }\ntraining: { steps: 77 }' });
    expect(record).toMatchObject({ state: 'unknown', step: 30, steps: 77, bestValidationLoss: 2.25 });
    expect([record.tokensPerSecond, record.seconds, record.parameters]).toEqual([undefined, undefined, undefined]);
  });

  it('says why a config cannot be read', async () => {
    const record = await recordOf({ config: 'corpus: [' });
    expect([record.config.size, record.bestStep]).toEqual([0, 20]);
    expect(record.problem).toContain('config.yaml');
  });

  it('of an empty folder is that nothing is known', async () => {
    const { problem, ...record } = await readRunRecord(temporaryFolder());
    expect(record).toMatchObject({ state: 'unknown', step: 0 });
    expect(problem).toContain('config.yaml');
  });
});

describe('createRunReader', () => {
  it('returns the record that it has, until a file of the run changes or the run begins or ends', async () => {
    const directory = temporaryFolder();
    const layout = runLayout(directory);
    writeFileSync(layout.config, 'corpus: { path: a.txt }');
    writeFileSync(layout.metrics, `${JSON.stringify(metrics[0])}\n`);
    const read = createRunReader();
    const first = await read(directory);
    expect(first).toEqual(await readRunRecord(directory));
    expect(await read(directory)).toBe(first);

    appendFileSync(layout.metrics, `${JSON.stringify(metrics[2])}\n`);
    const longer = await read(directory);
    expect(longer.step).toBe(20);
    expect(await read(directory)).toBe(longer);

    const lock = acquireLock(layout.lock);
    expect((await read(directory)).state).toBe('running');
    lock.release();
    expect((await read(directory)).state).toBe('unknown');
  });
});
