/** Several runs by one command. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runLayout } from '../../../src/run/run-directory.js';
import { expectRefusal } from '../expect-refusal.js';
import { shell, startTextloom, textloom } from '../textloom.js';
import { createWorkplace, smallConfig } from '../workplace.js';

const rates = 'training.optimizer.learningRate=0.5,0.01';
const growing = '{type: rnn, nonlinearity: relu}';
const modelOf = (directory: string) => readFileSync(runLayout(directory).model);

/** A workplace of one test. */
const workplace = (onTestFinished: (remove: () => void) => void) => {
  const { folder, write, remove } = createWorkplace();
  onTestFinished(remove);
  const train = (...args: string[]) => textloom(['train', ...args], folder);
  return { folder, write, train, model: (name: string) => modelOf(join(folder, name)) };
};

describe.concurrent('textloom train', () => {
  it('--sweep trains one model for each combination of values, as --set would', async ({ onTestFinished }) => {
    const { train, model } = workplace(onTestFinished);
    const { code, stdout, stderr } = await train('small.yaml', '--sweep', rates, '--sweep', 'model.hiddenSize=6,8');
    expect([code, stdout]).toEqual([0, '']);
    const heads = stderr.split('\n').filter((line) => line.startsWith('run '));
    expect(heads).toEqual([
      'run 1 of 4: runs/small-sweep/learningRate=0.5,hiddenSize=6',
      'run 2 of 4: runs/small-sweep/learningRate=0.5,hiddenSize=8',
      'run 3 of 4: runs/small-sweep/learningRate=0.01,hiddenSize=6',
      'run 4 of 4: runs/small-sweep/learningRate=0.01,hiddenSize=8',
    ]);
    expect(stderr).toMatch(/\ncompare the runs with: textloom runs runs\/small-sweep\n$/);
    await train(
      'small.yaml',
      '--quiet',
      '--output',
      'one',
      '--set',
      'training.optimizer.learningRate=0.01',
      '--set',
      'model.hiddenSize=6',
    );
    expect(model('one').equals(model('runs/small-sweep/learningRate=0.01,hiddenSize=6'))).toBe(true);
  });

  it('several configs trains each into its own directory, or into a folder', async ({ onTestFinished }) => {
    const { folder, write, train, model } = workplace(onTestFinished);
    write('other.yaml', `${smallConfig}seed: 5\noutput: elsewhere\n`);
    const { code, stderr } = await train('small.yaml', 'other.yaml', '--quiet');
    expect([code, stderr]).toEqual([0, '']);
    expect(model('runs/small').equals(model('elsewhere'))).toBe(false);
    await train('small.yaml', 'other.yaml', '--output', 'all', '--quiet');
    for (const [name, own] of [
      ['all/small', 'runs/small'],
      ['all/other', 'elsewhere'],
    ] as const)
      expect(model(name).equals(model(own))).toBe(true);
    const swept = await train('small.yaml', 'other.yaml', '--output', 'both', '--sweep', 'seed=1,2', '--quiet');
    expect(swept.code).toBe(0);
    for (const name of ['small/seed=1', 'small/seed=2', 'other/seed=1', 'other/seed=2'])
      expect(existsSync(join(folder, 'both', name, 'model.safetensors'))).toBe(true);
  });

  it('stops the whole queue at a signal; the command that it prints finishes it, with the same models', async ({
    onTestFinished,
  }) => {
    const { folder, train, model } = workplace(onTestFinished);
    const longer = ['--set', 'training.steps=400', '--set', 'training.validation.everySteps=400'];
    const args = ['small.yaml', '--sweep', 'seed=1,2,3', ...longer];
    const running = startTextloom(['train', ...args], folder);
    await running.says('run 2 of 3');
    await running.says('step ');
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect(code).toBe(130);
    expect(stderr).not.toContain('run 3 of 3');
    const [, command] = /^continue with: (.*)$/m.exec(stderr)!;
    const before = statSync(join(folder, 'runs/small-sweep/seed=1/model.safetensors')).mtimeMs;
    const continued = await shell(command!, folder);
    expect(continued.code).toBe(0);
    expect(continued.stderr).toContain('run 1 of 3: runs/small-sweep/seed=1: completed already\nrun 2 of 3: ');
    expect(statSync(join(folder, 'runs/small-sweep/seed=1/model.safetensors')).mtimeMs).toBe(before);
    await train(...args, '--output', 'whole', '--quiet');
    for (const seed of [1, 2, 3]) expect(model(`runs/small-sweep/seed=${seed}`).equals(model(`whole/seed=${seed}`))).toBe(true);
  });

  it('goes on after a run that diverges, and exits with its code, also when the queue is resumed', async ({
    onTestFinished,
  }) => {
    const { folder, train } = workplace(onTestFinished);
    const wild = [
      'small.yaml',
      '--sweep',
      `model.cell=${growing},{type: gru}`,
      '--set',
      'model.initialization={type: uniform, range: 3}',
    ];
    const first = await train(...wild);
    expect(first.code).toBe(5);
    expect(first.stderr).toContain('textloom: training diverged at step');
    expect(existsSync(join(folder, 'runs/small-sweep/cell=type-gru/model.safetensors'))).toBe(true);
    const again = await train(...wild, '--resume');
    expect(again.code).toBe(5);
    expect(again.stderr).toMatch(/: diverged already\nrun 2 of 2: .*: completed already\n/);
  });

  it('--resume continues a complete run whose config asks for more steps, and begins those that are missing', async ({
    onTestFinished,
  }) => {
    const { train, model } = workplace(onTestFinished);
    await train('small.yaml', '--output', 'all/seed=1', '--set', 'seed=1', '--quiet');
    const { code, stderr } = await train(
      'small.yaml',
      '--output',
      'all',
      '--sweep',
      'seed=1,2',
      '--set',
      'training.steps=9',
      '--resume',
    );
    expect(code).toBe(0);
    expect(stderr.match(/done after step 9/g)).toHaveLength(2);
    await train('small.yaml', '--output', 'one', '--set', 'seed=1', '--set', 'training.steps=9', '--quiet');
    expect(model('all/seed=1').equals(model('one'))).toBe(true);
    const runs = await train('all/seed=1', 'all/seed=2', '--resume');
    expect(runs.code).toBe(0);
  });

  it('--resume finds the runs of a sweep whose folder --set has named', async ({ onTestFinished }) => {
    const { train } = workplace(onTestFinished);
    const args = ['small.yaml', '--sweep', 'seed=1,2', '--set', 'output=there'];
    await train(...args, '--quiet');
    const { code, stderr } = await train(...args, '--resume');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^run 1 of 2: there-sweep\/seed=1: completed already\nrun 2 of 2: there-sweep\/seed=2: completed already\n/,
    );
  });

  it('reads every config before the first run begins', async ({ onTestFinished }) => {
    const { folder, write, train } = workplace(onTestFinished);
    write('broken.yaml', `${smallConfig}sead: 5\n`);
    expectRefusal(await train('small.yaml', 'broken.yaml'), { code: 2, says: ['broken.yaml:', 'sead'] });
    expectRefusal(await train('small.yaml', '--sweep', 'training.batchSize=4,0'), {
      code: 2,
      says: ['--sweep training.batchSize=0: '],
    });
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  it('--json prints the events of all runs', async ({ onTestFinished }) => {
    const { train } = workplace(onTestFinished);
    const { stdout } = await train('small.yaml', '--sweep', rates, '--json');
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(
      events.filter(({ type }) => type === 'start' || type === 'end').map(({ type, runDirectory }) => [type, runDirectory]),
    ).toEqual([
      ['start', 'runs/small-sweep/learningRate=0.5'],
      ['end', undefined],
      ['start', 'runs/small-sweep/learningRate=0.01'],
      ['end', undefined],
    ]);
  });
});
