import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { listCheckpoints, runLayout } from '../../../src/run/run-directory.js';
import { type Area, defect } from '../fuzzer.js';
import { resultOf } from './checkpoints.js';

/** Kills of one case: 250 cases are 1,000 kills. */
const KILLS = 4;

/** A training of the built command that is killed at random moments, resumed each time, and at last left to come to its end. */
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

  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work, { recursive: true });
      const run = join(work, 'run');
      const made: string[] = [];
      for (let kill = 0; kill <= KILLS; kill++) {
        const isLast = kill === KILLS;
        const after = isLast ? undefined : random.uniform() * duration * (random.integer(2) === 0 ? 0.5 : 1);
        const start = waysToStart(run);
        const ended = await train(config, run, start, after);
        made.push(`${start.join(' ') || 'new'}: ${ended.signal ?? `exit code ${ended.code}`}`);
        if (ended.code !== 0 && (isLast || ended.signal !== 'SIGKILL')) return defect(ended.stderr.slice(-500), made);
      }
      return resultOf(run) === expected ? { kind: 'accepted' } : defect('another result than without kills', made);
    },
  };
};

/** A run that was killed before its first checkpoint has nothing to go on with. */
function waysToStart(run: string): string[] {
  if (!existsSync(run)) return [];
  return listCheckpoints(runLayout(run).checkpoints).length > 0 ? ['--resume'] : ['--overwrite'];
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
  epochs: 20
  batchSize: 4
  sequenceLength: 10
  optimizer: { type: adam, learningRate: 0.01 }
  validation: { everySteps: 7 }
  checkpoints: { everySteps: 5, keep: 2 }
`;
