/** What a run writes to its log of sessions; test/run/sessions-log.test.ts tests the log itself. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/foundation/errors.js';
import { runLayout } from '../../src/run/run-directory.js';
import { readSessions } from '../../src/run/sessions-log.js';
import type { StartEvent, TrainingEvent } from '../../src/train/events.js';
import { recordSession } from '../../src/train/observers/sessions.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { resultOf, type Settings, smallConfig, train } from './run-fixture.js';

const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678) / 1000;
/** A clock that is a minute later at each question, and the time since 1970 at the same rate. */
const clocks = () => {
  let minutes = 0;
  return { now: () => 60 * minutes++, wallTime: () => start + 60 * minutes };
};
const diskError = new UserError('disk', 'the disk is full');
const sessionsOf = (directory: string) => readSessions(runLayout(directory).sessions);

/** A small run in a folder of its own, and its directory. */
const runOf = async (settings: Settings = {}) => {
  const folder = temporaryFolder();
  const directory = `${folder}/run`;
  const config = smallConfig(folder, { steps: 8, ...settings }, { layers: 1, hiddenSize: 4 });
  return { config, directory, events: await train(config, directory, clocks()) };
};

describe('the log of sessions of a run', () => {
  it('has a line for the beginning and one for the end, with the results', async () => {
    const { directory, events } = await runOf();
    const [begin, end, ...others] = sessionsOf(directory);
    expect(others).toEqual([]);
    const started = events.find((event): event is StartEvent => event.type === 'start')!;
    const { parameters, engine } = started;
    expect(begin).toMatchObject({ type: 'begin', step: 0, steps: 8, tokens: 0, parameters, engine, threads: 1 });
    const { type: _, model: __, ...results } = events.at(-1) as Extract<TrainingEvent, { type: 'end' }>;
    expect(end).toMatchObject({ ...results, type: 'end' });
    expect([results.reason, results.step]).toEqual(['completed', 8]);
    expect(results.testLoss).toBeGreaterThan(0);
    for (const line of [begin, end]) expect(line!.time).toMatch(/^2026-01-02T\d\d:\d\d:05\.678Z$/);
  });

  it('counts the seconds up to the last step, with its validation and checkpoint, and not those of the results', () => {
    const lines: Record<string, unknown>[] = [];
    let time = 100;
    const { onEvent } = recordSession({
      log: { append: (line) => void lines.push(line as Record<string, unknown>) },
      tokens: 40,
      wallTime: () => start + time,
      onNotice: () => {},
    });
    const at = (seconds: number, event: unknown) => {
      time = seconds;
      onEvent(event as TrainingEvent);
    };
    at(101, { type: 'start', step: 4, steps: 8, parameters: 1, engine: 'typed-array', threads: 1 });
    at(102, { type: 'step', step: 5, tokens: 50 });
    at(105, { type: 'checkpoint', step: 5, path: 'x' });
    at(190, { type: 'end', reason: 'interrupted', step: 5, tokens: 50 });
    expect(lines.map(({ tokens, seconds }) => [tokens, seconds])).toEqual([
      [40, undefined],
      [50, 5],
    ]);
  });

  it('goes on when the run is resumed, and begins anew when it is overwritten', async () => {
    const { config, directory } = await runOf({ steps: 6 });
    const longer = { ...config, training: { ...config.training, steps: 9 } };
    await train(longer, directory, { ...clocks(), start: 'resume' });
    expect(sessionsOf(directory).map(({ type, step }) => [type, step])).toEqual([
      ['begin', 0],
      ['end', 6],
      ['begin', 6],
      ['end', 9],
    ]);
    await train(config, directory, { ...clocks(), start: 'overwrite' });
    expect(sessionsOf(directory).map(({ step }) => step)).toEqual([0, 6]);
  });

  it('says that a run was stopped', async () => {
    const { config, directory } = await runOf();
    let questions = 0;
    await train(config, directory, { start: 'overwrite', stopRequested: () => ++questions > 2 });
    expect(sessionsOf(directory).at(-1)).toMatchObject({ type: 'end', reason: 'interrupted', step: 2 });
  });

  it('says that a run diverged, or failed, and why', async () => {
    const { config, directory } = await runOf();
    const wild = {
      ...config,
      training: { ...config.training, optimizer: { ...config.training.optimizer, learningRate: 1e38 } },
    };
    const thrown = (await train(wild, directory, { start: 'overwrite' }).catch((error) => error)) as UserError;
    expect(thrown.kind).toBe('diverged');
    const diverged = sessionsOf(directory).at(-1);
    expect(diverged).toMatchObject({ type: 'end', reason: 'diverged', message: thrown.message });
    const onEvent = ({ type }: TrainingEvent) => {
      if (type === 'validation') throw new Error('full');
    };
    await train(config, directory, { start: 'overwrite', onEvent }).catch(() => {});
    expect(sessionsOf(directory).at(-1)).toMatchObject({ reason: 'failed', message: 'full', step: 7 });
  });

  it('does not make a run fail that has its results, but is mentioned, when its end cannot be written', () => {
    const notices: string[] = [];
    let lines = 0;
    const { onEvent, fail } = recordSession({
      log: {
        append: () => {
          if (++lines > 1) throw diskError;
        },
      },
      tokens: 0,
      wallTime: () => start,
      onNotice: (message) => void notices.push(message),
    });
    onEvent({ type: 'start' } as StartEvent);
    onEvent({ type: 'end', reason: 'completed', step: 1, tokens: 2 });
    expect(notices).toEqual(['the end of this session is not in the log of sessions: the disk is full']);
    fail(new Error('later'));
    expect(notices).toHaveLength(1);
  });

  it('has times, and no other file depends on them', async () => {
    const [a, b] = [await runOf(), await runOf()];
    await train(a.config, a.directory, { start: 'overwrite', wallTime: () => 0 });
    const text = ({ directory }: typeof a) => readFileSync(runLayout(directory).sessions, 'utf8');
    expect(text(a)).not.toBe(text(b));
    expect(resultOf(a.directory).metrics.equals(resultOf(b.directory).metrics)).toBe(true);
  });
});
