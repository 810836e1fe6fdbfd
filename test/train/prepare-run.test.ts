/** What a run finds when it is resumed: its checkpoints, its text, the other splits. */
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../src/config/resolve.js';
import { readCheckpoint, writeCheckpoint } from '../../src/run/checkpoint.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { smallText, train } from './run-fixture.js';

const fileIn = (folder: string) => (name: string) => join(folder, `${name}.txt`);

/** A config of four steps on the three files of a folder, with checkpoints after the second step and the last one. */
function configIn(folder: string) {
  const file = fileIn(folder);
  return resolveConfig({
    corpus: { train: file('train'), validation: file('validation'), test: file('test') },
    model: { cell: { type: 'lstm' }, layers: 1, hiddenSize: 6 },
    training: {
      steps: 4,
      batchSize: 8,
      sequenceLength: 20,
      validation: { everySteps: 2 },
      checkpoints: { everySteps: 2, keep: 3 },
    },
    engine: { shards: 4 },
  });
}

/** A folder with such a run in it, which tests copy. */
const original = mkdtempSync(join(tmpdir(), 'textloom-'));
beforeAll(async () => {
  const file = fileIn(original);
  writeFileSync(file('train'), smallText(2000));
  writeFileSync(file('validation'), smallText(300));
  writeFileSync(file('test'), smallText(200));
  await train(configIn(original), join(original, 'run'));
});
afterAll(() => rmSync(original, { recursive: true }));

function shortRun() {
  const folder = temporaryFolder();
  cpSync(original, folder, { recursive: true });
  const config = configIn(folder);
  const directory = join(folder, 'run');
  return {
    file: fileIn(folder),
    directory,
    checkpoints: listCheckpoints(runLayout(directory).checkpoints).map(({ path }) => path),
    async resume(steps = 4) {
      const notices: string[] = [];
      const onNotice = (notice: string) => void notices.push(notice);
      const longer = { ...config, training: { ...config.training, steps } };
      const events = await train(longer, directory, { start: 'resume', onNotice });
      return { notices, start: events.find((event) => event.type === 'start')! };
    },
  };
}

describe('a run that is resumed', () => {
  it('begins at its last checkpoint without a notice, and makes the steps that are left', async () => {
    const run = shortRun();
    expect(await run.resume()).toMatchObject({ notices: [], start: { step: 4, steps: 4 } });
  });

  it('skips a damaged checkpoint, and one whose state is impossible, with a notice for each', async () => {
    const run = shortRun();
    const [last, second, first] = run.checkpoints;
    truncateSync(last!, 500);
    const checkpoint = readCheckpoint(second!);
    writeCheckpoint(second!, { ...checkpoint, trainer: { ...(checkpoint.trainer as object), step: -1 } });
    const { notices, start } = await run.resume();
    expect(start.step).toBe(0);
    expect(notices).toEqual([
      expect.stringMatching(/^skipped a damaged checkpoint: .*step-00000004.*it is cut short/),
      expect.stringMatching(/^skipped a damaged checkpoint: .*step-00000002.*step in its state is "-1"/),
    ]);
    expect(first).toContain('step-00000000');
  });

  it('is refused without a good checkpoint, with the way to begin again', async () => {
    const run = shortRun();
    for (const path of run.checkpoints) truncateSync(path, 500);
    await expect(run.resume()).rejects.toMatchObject({
      kind: 'model',
      message: `cannot resume ${run.directory}: all of its checkpoints are damaged; start it again with --overwrite`,
    });
    for (const path of run.checkpoints) rmSync(path);
    await expect(run.resume()).rejects.toMatchObject({
      kind: 'model',
      message: `cannot resume ${run.directory}: it has no checkpoint; start it again with --overwrite`,
    });
  });

  it('is refused on another training text', async () => {
    const run = shortRun();
    const text = readFileSync(run.file('train'), 'utf8');
    writeFileSync(run.file('train'), `${text.slice(0, -2)}t\n`);
    await expect(run.resume()).rejects.toMatchObject({
      kind: 'data',
      message: 'the training text is not the one with which this run began: restore it, or start a new run',
    });
  });

  it('says that the validation text or the test text is another one', async () => {
    const run = shortRun();
    const notice = (split: string) =>
      `the ${split} text is not the one of this run so far: losses on it before and after cannot be compared`;
    writeFileSync(run.file('test'), smallText(240));
    expect((await run.resume(5)).notices).toEqual(['resuming with training.steps = 5 (it was 4)', notice('test')]);
    writeFileSync(run.file('validation'), smallText(350));
    expect((await run.resume(5)).notices).toEqual([notice('validation')]);
  });

  it('cannot say so for a checkpoint without their digests', async () => {
    const run = shortRun();
    const checkpoint = readCheckpoint(run.checkpoints[0]!);
    const { splitDigests: _, ...training } = checkpoint.training as Record<string, never>;
    writeCheckpoint(run.checkpoints[0]!, { ...checkpoint, training });
    writeFileSync(run.file('test'), smallText(240));
    expect((await run.resume()).notices).toEqual([]);
  });

  it('is refused when it has made more steps than its config allows, before anything is changed', async () => {
    const run = shortRun();
    const before = readFileSync(runLayout(run.directory).config, 'utf8');
    await expect(run.resume(3)).rejects.toThrow('Set training.steps to at least 4');
    expect(readFileSync(runLayout(run.directory).config, 'utf8')).toBe(before);
    expect(listCheckpoints(runLayout(run.directory).checkpoints)).toHaveLength(run.checkpoints.length);
  });
});
