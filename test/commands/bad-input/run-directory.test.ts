import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { startTextloom, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const forever = ['--set', 'training.steps=1000000'];

/** A run of `small.yaml` that has ended, in runs/small. */
async function finishedRun(onTestFinished: (remove: () => void) => void): Promise<string> {
  const { folder, remove } = createWorkplace();
  onTestFinished(remove);
  expect(await textloom(['train', 'small.yaml', '--quiet'], folder)).toMatchObject({ code: 0, stderr: '', stdout: '' });
  return folder;
}

/** Changes a byte of checkpoints of runs/small: of the newest `count`. */
function damage(folder: string, count: number): void {
  const checkpoints = join(folder, 'runs/small/checkpoints');
  for (const name of readdirSync(checkpoints).sort().reverse().slice(0, count)) {
    const bytes = readFileSync(join(checkpoints, name));
    bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 4;
    writeFileSync(join(checkpoints, name), bytes);
  }
}

describe.concurrent('a run directory', () => {
  it('that contains a run is not changed without a request', async ({ onTestFinished }) => {
    const folder = await finishedRun(onTestFinished);
    const before = readFileSync(join(folder, 'runs/small/metrics.jsonl'));
    expectRefusal(await textloom(['train', 'small.yaml'], folder), { code: 2, says: ['--resume', '--overwrite', '--output'] });
    expect(readFileSync(join(folder, 'runs/small/metrics.jsonl'))).toEqual(before);
    expect(await textloom(['train', 'small.yaml', '--overwrite'], folder)).toMatchObject({ code: 0 });
  });

  it('that contains no run cannot be resumed', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    expectRefusal(await textloom(['train', 'small.yaml', '--resume'], folder), { code: 4, says: 'it has no checkpoint' });
  });

  it('is not resumed with another model', async ({ onTestFinished }) => {
    const folder = await finishedRun(onTestFinished);
    const outcome = await textloom(['train', 'runs/small', '--resume', '--set', 'model.layers.0.size=9'], folder);
    expectRefusal(outcome, {
      code: 2,
      says: ['model.layers is [{"type":"lstm","size":9', 'the run has [{"type":"lstm","size":8', '--output'],
    });
  });

  it('whose newest checkpoint is damaged is resumed from the one before, and says so', async ({ onTestFinished }) => {
    const folder = await finishedRun(onTestFinished);
    damage(folder, 1);
    const { code, stderr } = await textloom(['train', 'runs/small', '--resume'], folder);
    expect(stderr).toContain('skipped a damaged checkpoint: runs/small/checkpoints/step-00000006.safetensors');
    expect(stderr).toContain('resumed after step 4');
    expect(code).toBe(0);
  });

  it('whose checkpoints are all damaged is not resumed', async ({ onTestFinished }) => {
    const folder = await finishedRun(onTestFinished);
    damage(folder, 2);
    expectRefusal(await textloom(['train', 'runs/small', '--resume'], folder), {
      code: 4,
      says: 'all of its checkpoints are damaged',
    });
  });

  it('with the metrics of another run is resumed only after they are corrected', async ({ onTestFinished }) => {
    const folder = await finishedRun(onTestFinished);
    writeFileSync(join(folder, 'runs/small/metrics.jsonl'), '{"short":1}\n');
    expectRefusal(await textloom(['train', 'runs/small', '--resume'], folder), { code: 4, says: 'metrics.jsonl' });
  });

  it('is locked while a run is active, and free for the next run when that one was killed', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const first = startTextloom(['train', 'small.yaml', ...forever], folder);
    await first.says('step 1/');
    const second = await textloom(['train', 'small.yaml', '--overwrite'], folder);
    expectRefusal(second, { code: 6, says: [`runs/small is in use by process ${first.process.pid}`] });
    first.process.kill('SIGKILL');
    expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await textloom(['train', 'small.yaml', '--overwrite'], folder)).toMatchObject({ code: 0 });
  });

  it('after SIGKILL is resumed to the same metrics as a run that was not interrupted', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const flags = ['--set', 'training.steps=2000', '--set', 'training.checkpoints.everySteps=50'];
    const killed = startTextloom(['train', 'small.yaml', ...flags, '--json', '--output', 'killed'], folder);
    await killed.says('"type":"checkpoint","step":50');
    killed.process.kill('SIGKILL');
    expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
    const resumed = await textloom(['train', 'killed', '--resume'], folder);
    expect(resumed.stderr).toMatch(/resumed after step [\d,]+\n/);
    await textloom(['train', 'small.yaml', ...flags, '--quiet', '--output', 'whole'], folder);
    expect(readFileSync(join(folder, 'killed/metrics.jsonl'), 'utf8')).toBe(
      readFileSync(join(folder, 'whole/metrics.jsonl'), 'utf8'),
    );
  });

  it('contains no checkpoint of a training that diverges at once, and the message says where it did', async ({
    onTestFinished,
  }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const wild = [
      'model.cell={type: rnn, nonlinearity: relu}',
      'training.optimizer.learningRate=1000',
      'training.clipping={type: none}',
      'training.steps=200',
    ];
    const outcome = await textloom(['train', 'small.yaml', ...wild.flatMap((change) => ['--set', change])], folder);
    expectRefusal(outcome, { code: 5, says: ['diverged at step', 'are not finite', 'training.optimizer.learningRate'] });
  });
});
