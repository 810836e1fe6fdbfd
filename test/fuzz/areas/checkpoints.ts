import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '../../../src/run/checkpoint.js';
import { listCheckpoints, runLayout } from '../../../src/run/run-directory.js';
import { type Area, defect, judge, type Verdict } from '../fuzzer.js';
import { mutateBytes, pick } from '../mutate-bytes.js';
import { mutateSafetensors } from '../mutate-safetensors.js';
import { runCommand } from '../run-command.js';

const STEPS = 8;

/** Run directories that are resumed. What can be noticed makes no difference to the result, or the run is refused. */
export const checkpoints: Area = async (folder) => {
  const work = join(folder, 'case');
  const config = join(folder, 'config.yaml');
  writeFileSync(join(folder, 'text.txt'), 'The fox saw the crow.\nThe crow saw the fox.\n\n'.repeat(20));
  writeFileSync(config, small);
  const train = (directory: string, steps: number, ...more: string[]) =>
    runCommand([
      'train',
      config,
      '--output',
      directory,
      '--quiet',
      '--threads',
      '1',
      '--set',
      `training.steps=${steps}`,
      ...more,
    ]);
  const whole = join(folder, 'whole');
  const { code, stderr } = await train(whole, STEPS);
  if (code !== 0) throw new Error(stderr);
  const expected = resultOf(whole);
  // As after a kill in the middle: the newest checkpoints are not there yet.
  const base = join(folder, 'base');
  cpSync(whole, base, { recursive: true });
  for (const { path, step } of listCheckpoints(runLayout(base).checkpoints)) if (step > STEPS / 2) rmSync(path);
  return {
    async runCase(random) {
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      const run = join(work, 'run');
      cpSync(base, run, { recursive: true });
      const { checkpoints: kept, metrics } = runLayout(run);
      const [newest, older] = readdirSync(kept)
        .sort()
        .reverse()
        .map((name) => join(kept, name)) as [string, string];
      const path = pick([newest, newest, newest, older, metrics, join(run, 'config.yaml')], random);
      const bytes = readFileSync(path);
      const isCheckpoint = path === newest || path === older;
      const mutant = isCheckpoint
        ? mutateSafetensors(bytes, random)
        : { bytes: mutateBytes(bytes, random).bytes, changes: ['bytes'], expected: 'any' as const };
      writeFileSync(path, mutant.bytes);
      const made = [path.slice(run.length + 1), ...mutant.changes];
      const outcome = await train(run, STEPS, '--resume');
      const verdict = judge(outcome, 'any', made);
      if (verdict.kind !== 'accepted') return verdict;
      // An unsealed change is noticed: the run goes on from the checkpoint before.
      if (isCheckpoint && mutant.expected === 'refused' && resultOf(run) !== expected)
        return defect('another result after damage that can be noticed', made);
      return checkEnd(run, path === metrics, made);
    },
  };
};

/** The end of a run that was accepted makes sense. */
function checkEnd(run: string, isDamagedLog: boolean, made: readonly string[]): Verdict {
  const { checkpoints: kept, metrics } = runLayout(run);
  const [last] = listCheckpoints(kept);
  const trainer = readCheckpoint(last!.path).trainer as Record<string, number>;
  if (trainer.step !== STEPS) return defect(`the last checkpoint is of step ${trainer.step}`, made);
  for (const key of ['epoch', 'window', 'tokens', 'epochTokens', 'recentTokens', 'metricsLength'])
    if (!Number.isSafeInteger(trainer[key]) || trainer[key]! < 0) return defect(`${key} ends as ${trainer[key]}`, made);
  if (isDamagedLog) return { kind: 'accepted' };
  const lines = readFileSync(metrics, 'utf8').split('\n').slice(0, -1);
  for (const line of lines)
    if (typeof JSON.parse(line) !== 'object') return defect('metrics.jsonl has a line that is no object', made);
  return { kind: 'accepted' };
}

/** All that a run leaves, as one text. */
export function resultOf(run: string): string {
  const { checkpoints: kept, model, metrics } = runLayout(run);
  const files = [listCheckpoints(kept)[0]!.path, model, metrics];
  return files.map((path) => readFileSync(path, 'base64')).join('\n');
}

const small = `corpus: { path: text.txt, split: { train: 0.8, validation: 0.1, test: 0.1 } }
model: { cell: { type: lstm }, layers: 1, hiddenSize: 4 }
training:
  steps: 8
  batchSize: 4
  sequenceLength: 10
  optimizer: { type: adam, learningRate: 0.01 }
  validation: { everySteps: 2 }
  checkpoints: { everySteps: 2, keep: 4 }
`;
