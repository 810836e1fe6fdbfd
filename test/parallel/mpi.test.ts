import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { stringifyConfig } from '../../src/config/config-file.js';
import type { ResolvedConfig } from '../../src/config/types.js';
import { roundToBfloat16 } from '../../src/files/half-precision.js';
import { addByPairs } from '../../src/parallel/team.js';
import { listCheckpoints, runLayout } from '../../src/run/run-directory.js';
import { textloom } from '../commands/textloom.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { offLinux } from '../outside-programs.js';
import { resultOf, type Settings, smallConfig } from '../train/run-fixture.js';
import { expectKilledTeamsToLeaveNoTrace } from './killed-team.js';
import { implementations, type Mpi, runMpi, startMpi } from './mpirun.js';

const command = fileURLToPath(new URL('../../bin/textloom.js', import.meta.url));
const program = join(import.meta.dirname, 'team-program.js');

/** Writes the config of a run that has all that processes must agree on. */
function everything(folder: string, training: Settings = {}) {
  const settings = {
    ...('steps' in training ? {} : { epochs: 6, earlyStopping: { patience: 3 } }),
    microbatches: 4,
    accumulation: 2,
    averaging: { type: 'ema', decay: 0.8 },
    shuffle: { pieces: 2 },
    diagnostics: { everySteps: 5 },
    ...training,
  };
  const config: ResolvedConfig = { ...smallConfig(folder, settings), engine: { type: 'typed-array', shards: 2, threads: 1 } };
  writeFileSync(join(folder, 'config.yaml'), stringifyConfig(config));
}

/** The same training by one process. */
async function alone(folder: string, ...args: string[]) {
  const outcome = await textloom(['train', 'config.yaml', '--output', 'alone', '--json', ...args], folder);
  expect(outcome.code, outcome.stderr).toBe(0);
  return outcome;
}

const together = (mpi: Mpi, size: number, folder: string, ...args: string[]) =>
  runMpi(mpi, size, [command, 'train', ...args], folder);

describe.each(implementations.map((one) => [`${one.name}${one.without}`, one] as const))('%s', (_, { mpi: found, without }) => {
  const mpi = found!;
  const here = it.skipIf(without !== '');

  here('connects processes: sums by pairs, numbers, a text, and arrays for the first', async () => {
    const size = 3;
    const folder = temporaryFolder();
    const { code, stderr } = await runMpi(mpi, size, [program], folder);
    expect(code, stderr).toBe(0);
    const members = [0, 1, 2].map((rank) => JSON.parse(readFileSync(join(folder, `rank-${rank}.json`), 'utf8')));
    const value = (i: number, rank: number) => Math.fround(0.1 * (i + 1) * (rank + 1));
    for (const { name, sums, rounded, gathered, told } of members) {
      expect(name).toMatch(/^(Open MPI|MPICH) v?\d/);
      for (const [i, length] of [1, size, 1001, 1001].entries()) {
        const all = Float32Array.from({ length: size * length }, (_, at) => value(at % length, Math.floor(at / length)));
        addByPairs(all, size, length);
        expect(sums[i]).toEqual(Array.from(all.subarray(0, length)));
      }
      const sent = Float32Array.from({ length: size * 1001 }, (_, at) => value(at % 1001, Math.floor(at / 1001)));
      roundToBfloat16(sent);
      addByPairs(sent, size, 1001, 'bfloat16');
      roundToBfloat16(sent);
      expect(rounded).toEqual(Array.from(sent.subarray(0, 1001)));
      expect(gathered).toEqual([0, 1, 2].map((rank) => [rank, rank / 3]));
      expect(told).toBe(`wörd\n${'x'.repeat(1e5)}`);
    }
    // The last one came later than the patience of the others: the first of them names it, once.
    expect(members.map(({ silences }) => silences)).toEqual([[[2]], [], []]);
    // The last one's, which came after those of the others.
    expect(members[0].brought).toEqual([[0, 1, 2].map((i) => value(i, 2)), [value(0, 2)]]);
  });

  here('trains to the bits of one process, with 2 and with 4', async () => {
    const folder = temporaryFolder();
    everything(folder);
    const { stdout: events } = await alone(folder);
    const stepsIn = (text: string) => text.split('\n').filter((line) => line.includes('"type":"step"')).length;
    expect(stepsIn(events)).toBeGreaterThan(10);
    for (const size of [2, 4]) {
      const output = `of-${size}`;
      const { code, stdout, stderr } = await together(mpi, size, folder, 'config.yaml', '--output', output, '--json');
      expect(code, stderr).toBe(0);
      expect(resultOf(join(folder, output))).toEqual(resultOf(join(folder, 'alone')));
      // Only the first process reports.
      expect(stepsIn(stdout)).toBe(stepsIn(events));
    }
  });

  here.each([
    ['gradients that are rounded', { gradientPrecision: 'bfloat16' as const, microbatches: 4 }],
    ['local steps', { diloco: { everySteps: 4 }, microbatches: 4 }],
  ])('trains to the bits of one process with %s', async (_, training) => {
    const folder = temporaryFolder();
    const config = {
      ...smallConfig(folder, training),
      engine: { type: 'typed-array', shards: 2, threads: 1 },
    } as ResolvedConfig;
    writeFileSync(join(folder, 'config.yaml'), stringifyConfig(config));
    await alone(folder);
    const { code, stderr } = await together(mpi, 2, folder, 'config.yaml', '--output', 'of-2', '--quiet');
    expect(code, stderr).toBe(0);
    expect(resultOf(join(folder, 'of-2'))).toEqual(resultOf(join(folder, 'alone')));
  });

  here('gives each process a microbatch where the config has one for all', async () => {
    const folder = temporaryFolder();
    everything(folder, { microbatches: 1, steps: 6 });
    const { code, stderr } = await together(mpi, 2, folder, 'config.yaml', '--output', 'of-2');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('training.microbatches=2, one for each process');
    await alone(folder, '--set', 'training.microbatches=2');
    expect(resultOf(join(folder, 'of-2'))).toEqual(resultOf(join(folder, 'alone')));
  });

  here('says with --dry-run what the exchange costs and what several processes gain, and writes nothing', async () => {
    const folder = temporaryFolder();
    everything(folder);
    const { code, stdout, stderr } = await together(mpi, 2, folder, 'config.yaml', '--output', 'run', '--dry-run', '--json');
    expect(code, stderr).toBe(0);
    const { parameters, memory, team, secondsPerStep } = JSON.parse(stdout);
    expect(team).toMatchObject({ processes: 2, name: expect.stringMatching(/^(Open MPI|MPICH) v?\d/) });
    // Twice half of the gradients, with what rounds tensors up to 16 bytes.
    expect(team.bytesPerStep).toBeGreaterThanOrEqual(4 * parameters);
    expect(team.bytesPerStep).toBeLessThanOrEqual(memory.parameters);
    expect(team.secondsPerExchange).toBeLessThan(secondsPerStep);
    expect(team.bytesPerSecond * team.secondsPerExchange).toBeCloseTo(team.bytesPerStep, 3);
    expect(team.efficiency).toBeGreaterThan(0.05);
    expect(team.efficiency).toBeLessThan(1.5);
    expect(existsSync(join(folder, 'run'))).toBe(false);
    const shown = await together(mpi, 2, folder, 'config.yaml', '--output', 'run', '--dry-run');
    expect(shown.stdout).toMatch(/^Processes\n {2}processes +2 \((Open MPI|MPICH)/m);
    expect(shown.stdout).toMatch(/efficiency +\d+%: \d\.\d times the speed of one process/);
  });

  here.each([
    [
      'a number of processes that cannot share the microbatches',
      3,
      [],
      2,
      /3 processes are to share them.*Start 1 or 2 or 4 processes/s,
    ],
    [
      'batch normalization',
      2,
      ['--set', 'model.layers=[{type: batch-normalization},{type: lstm, size: 8}]'],
      2,
      /use layer normalization/,
    ],
    ['a budget', 2, ['--budget', '10s'], 2, /set training\.steps/],
    ['a dry run that shows nothing', 2, ['--dry-run'], 2, /--dry-run and --quiet/],
    ['a range test', 2, ['--find-rate'], 2, /mpirun and --find-rate/],
    ['several configs', 2, ['config.yaml'], 2, /mpirun is about one run/],
    ['a text that is missing', 2, ['--set', 'corpus.path=nowhere.txt'], 3, /nowhere\.txt/],
    [
      'a divergence',
      2,
      [
        ...['model.layers=[{type: rnn, size: 8, nonlinearity: relu}]', 'training.clipping.type=none'],
        'training.optimizer={type: sgd, learningRate: 1000}',
      ].flatMap((setting) => ['--set', setting]),
      5,
      /diverged/,
    ],
  ])('ends all processes with the message of the first: %s', async (_, size, args, expected, message) => {
    const folder = temporaryFolder();
    everything(folder);
    const { code, stderr } = await together(mpi, size, folder, 'config.yaml', '--output', 'run', '--quiet', ...args);
    expect(code, stderr).toBe(expected);
    expect(stderr).toMatch(message);
  });

  here('stops at the same step after a signal, and is resumed by another number of processes', async () => {
    const folder = temporaryFolder();
    const steps = 1500;
    everything(folder, { steps, checkpoints: { everySteps: steps, keep: 1 } });
    const { checkpoints, metrics } = runLayout(join(folder, 'run'));
    // Quiet, because mpirun reads no more output after the signal, which it passes on one second later.
    const team = startMpi(mpi, 2, [command, 'train', 'config.yaml', '--output', 'run', '--quiet'], folder);
    await expect.poll(() => existsSync(metrics) && statSync(metrics).size > 0).toBe(true);
    team.process.kill('SIGTERM');
    await team.ended;
    const [last] = listCheckpoints(checkpoints);
    expect(last!.step).toBeGreaterThan(0);
    expect(last!.step).toBeLessThan(steps);
    const { code } = await together(mpi, 1, folder, 'run', '--resume', '--quiet');
    expect(code).toBe(0);
    await alone(folder);
    expect(resultOf(join(folder, 'run'))).toEqual(resultOf(join(folder, 'alone')));
  });

  it.skipIf(without !== '' || offLinux !== '').each([
    ['', {}],
    [' with local steps', { diloco: { everySteps: 7 } }],
  ])(`leaves no trace of processes that were killed%s${offLinux}`, async (_, training) => {
    await expectKilledTeamsToLeaveNoTrace(mpi, 2, training);
  });
});
