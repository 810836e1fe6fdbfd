import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Random } from '../../../src/random.js';
import { type Area, defect } from '../fuzzer.js';
import { resultOf } from './checkpoints.js';

/** Trainings of the built command that are killed at random moments and resumed: one case is one kill, and its run to the end. */
export const kills: Area = async (folder) => {
  writeFileSync(join(folder, 'text.txt'), 'The fox saw the crow.\nThe crow saw the fox.\n\n'.repeat(60));
  const config = join(folder, 'config.yaml');
  writeFileSync(config, small);
  const whole = join(folder, 'whole');
  const before = performance.now();
  const alone = await train(config, whole, []);
  const duration = performance.now() - before;
  if (alone.code !== 0) throw new Error(alone.stderr);
  const expected = resultOf(whole);
  const work = join(folder, 'case');
  let started = false;

  return {
    async runCase(random) {
      if (!started) rmSync(work, { recursive: true, force: true });
      mkdirSync(work, { recursive: true });
      const run = join(work, 'run');
      const killed = await train(config, run, started ? ['--resume'] : [], moment(random, duration));
      const made = [`killed while it ${started ? 'went on' : 'began'}`];
      started = true;
      if (killed.code === 2 && /nothing to resume|no checkpoint/.test(killed.stderr)) {
        started = false;
        return { kind: 'refused' };
      }
      if (killed.code !== 0 && killed.signal !== 'SIGKILL')
        return defect(`exit code ${killed.code}: ${killed.stderr.slice(-500)}`, made);
      if (killed.signal === 'SIGKILL' && random.integer(4) > 0) return { kind: 'accepted' };
      // Now and then, and when it came to its end: the result must be that of a run that nothing happened to.
      const last = killed.code === 0 ? killed : await train(config, run, ['--resume']);
      started = false;
      if (last.code === 2 && /nothing to resume|no checkpoint/.test(last.stderr)) return { kind: 'refused' };
      if (last.code !== 0) return defect(`exit code ${last.code}: ${last.stderr.slice(-500)}`, made);
      return resultOf(run) === expected ? { kind: 'accepted' } : defect('another result than without kills', made);
    },
  };
};

/** Milliseconds after the start; half of the kills come early, where files are made. */
function moment(random: Random, duration: number): number {
  return random.uniform() * duration * (random.integer(2) === 0 ? 0.5 : 1);
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

async function train(config: string, output: string, more: readonly string[], killAfter?: number): Promise<Ended> {
  const command = join(process.cwd(), 'bin/textloom.js');
  const args = [command, 'train', config, '--output', output, '--quiet', '--threads', '1', ...more];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  if (killAfter !== undefined) void setTimeout(killAfter, undefined, { ref: false }).then(() => child.kill('SIGKILL'));
  const [code, signal] = await ended;
  return { code, signal, stderr };
}

const small = `corpus: { path: text.txt, split: { train: 0.8, validation: 0.1, test: 0.1 } }
model: { cell: { type: lstm }, layers: 1, hiddenSize: 8, dropout: 0.2 }
training:
  epochs: 3
  batchSize: 4
  sequenceLength: 10
  optimizer: { type: adam, learningRate: 0.01 }
  validation: { everySteps: 7 }
  checkpoints: { everySteps: 5, keep: 2 }
`;
