import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSessions, type SessionEnd } from '../../../src/run/sessions-log.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
const runs = (...args: string[]) => textloom(['runs', ...args], folder);
const documentOf = async (...args: string[]) => JSON.parse((await runs(...args, '--json')).stdout);
/** The names of the runs that are listed, in their order. */
const namesOf = async (...args: string[]) => (await documentOf(...args)).runs.map(({ run }: { run: string }) => run);
const train = (output: string, ...changes: string[]) =>
  textloom(['train', 'small.yaml', '--quiet', '--output', output, ...changes.flatMap((change) => ['--set', change])], folder);
const growing = 'model={cell: {type: rnn, nonlinearity: relu}, hiddenSize: 8, initialization: {type: uniform, range: 3}}';

beforeAll(async () => {
  await train('runs/a');
  await train('runs/deep/b', 'training.optimizer.learningRate=0.01', 'seed=12');
  await train('runs/wild', growing);
  mkdirSync(join(folder, 'empty'));
});

describe.concurrent('textloom runs', () => {
  it('lists the runs with their results and the keys in which their configs differ', async () => {
    const { code, stdout, stderr } = await runs();
    expect([code, stderr]).toEqual([0, '']);
    const [heading, ...lines] = stdout.trimEnd().split('\n');
    expect(heading).toMatch(/^run +state +step +steps +validation +perplexity +test +tokens\/s +time +parameters +/);
    expect(heading!.split(/ +/)).toEqual(expect.arrayContaining(['seed', 'learningRate', 'nonlinearity']));
    expect(lines.map((line) => line.split(/ +/).slice(0, 4))).toEqual([
      ['a', 'completed', '6', '6'],
      ['deep/b', 'completed', '6', '6'],
      ['wild', 'diverged', expect.any(String), '6'],
    ]);
    for (const [i, cell] of ['a', 'deep/b', 'wild'].entries()) expect(lines[i]!.startsWith(cell)).toBe(true);
    // Headings and values of a column begin or end below each other.
    const at = heading!.indexOf('validation') + 'validation'.length;
    for (const line of lines.slice(0, 2)) expect(line.slice(0, at)).toMatch(/ \d\.\d{4}$/);
  });

  it('prints the values of the logs as JSON', async () => {
    const { folder: searched, columns, runs: found } = await documentOf();
    const [a, b, wild] = found;
    expect([searched, columns[0]]).toEqual(['runs', 'run']);
    const end = readSessions(join(folder, 'runs/a/sessions.jsonl')).at(-1) as SessionEnd;
    expect(a).toMatchObject({
      state: 'completed',
      step: 6,
      steps: 6,
      validation: end.bestValidationLoss,
      perplexity: Math.exp(end.bestValidationLoss!),
      bestStep: end.bestStep,
      test: end.testLoss,
      tokensPerSecond: end.tokens / end.seconds,
      'training.optimizer.learningRate': 0.5,
    });
    expect(b['training.optimizer.learningRate']).toBe(0.01);
    expect(wild.message).toContain('training diverged at step');
    expect('model.layers.0.nonlinearity' in a).toBe(false);
  });

  it('prints comma-separated values that a reader reads back', async () => {
    const { stdout } = await runs('--csv');
    const { data, errors } = Papa.parse<Record<string, string>>(stdout.trimEnd(), { header: true });
    expect(errors).toEqual([]);
    const { runs: found, columns } = await documentOf();
    expect(Object.keys(data[0]!)).toEqual(columns);
    expect(data.map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== '')))).toEqual(
      found.map((run: Record<string, unknown>) =>
        Object.fromEntries(Object.entries(run).map(([key, value]) => [key, String(value)])),
      ),
    );
  });

  it.for([
    [[], ['a', 'deep/b', 'wild']],
    [
      ['--sort', 'learningRate', '--reverse'],
      ['a', 'wild', 'deep/b'],
    ],
    [
      ['--sort', 'seed'],
      ['a', 'wild', 'deep/b'],
    ],
    [
      ['--sort', 'training.optimizer.learningRate'],
      ['deep/b', 'a', 'wild'],
    ],
    [
      ['--sort', 'run', '--reverse'],
      ['wild', 'deep/b', 'a'],
    ],
    [
      ['--sort', 'test'],
      ['a', 'deep/b', 'wild'],
    ],
    [
      ['--sort', 'test', '--reverse'],
      ['deep/b', 'a', 'wild'],
    ],
    [
      ['--filter', 'state=completed'],
      ['a', 'deep/b'],
    ],
    [['--filter', 'state!=completed'], ['wild']],
    [['--filter', 'learningRate<0.5'], ['deep/b']],
    [
      ['--filter', 'learningRate <= 5e-1'],
      ['a', 'deep/b', 'wild'],
    ],
    [['--filter', 'seed>=2', '--filter', 'validation>0'], ['deep/b']],
    [
      ['--filter', 'training.batchSize=4', '--filter', 'tie=false'],
      ['a', 'deep/b', 'wild'],
    ],
    [
      ['--filter', 'run>b'],
      ['deep/b', 'wild'],
    ],
    [['--filter', 'test=1'], []],
    [
      ['--filter', 'nonlinearity!=relu'],
      ['a', 'deep/b'],
    ],
  ] as const)('%j: %j', async ([flags, names]) => {
    expect(await namesOf(...flags)).toEqual(names);
  });

  it('lists a run directory itself, and says where there are none', async () => {
    expect(await namesOf('runs/a')).toEqual(['a']);
    expect(await namesOf('runs/deep')).toEqual(['b']);
    const { code, stdout } = await runs('empty');
    expect([code, stdout]).toEqual([0, 'no runs in empty\n']);
    expect((await documentOf('empty', '--sort', 'anything')).runs).toEqual([]);
  });

  it('shows a run whose config is damaged, and why, and nothing in it drives the terminal', async () => {
    cpSync(join(folder, 'runs/a'), join(folder, 'damaged/x\x1b[2J'), { recursive: true });
    writeFileSync(join(folder, 'damaged/x\x1b[2J/config.yaml'), 'seed: "\x1b[2J"');
    const { code, stdout } = await runs('damaged');
    expect(code).toBe(0);
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toMatch(/^x\\u\{1b\}\[2J +completed/m);
    expect(stdout).toContain('config.yaml');
  });

  it('reads a run in which files are missing', async () => {
    cpSync(join(folder, 'runs/a'), join(folder, 'partial/x'), { recursive: true });
    for (const name of readdirSync(join(folder, 'partial/x')))
      if (name !== 'config.yaml') rmSync(join(folder, 'partial/x', name), { recursive: true });
    expect((await documentOf('partial')).runs).toEqual([{ run: 'x', state: 'unknown', step: 0, steps: 6 }]);
  });
});
