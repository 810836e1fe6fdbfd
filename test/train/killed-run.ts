import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { stringifyConfig } from '../../src/config/config-file.js';
import { createRandom } from '../../src/foundation/random.js';
import type { TrainingEvent } from '../../src/train/events.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { testSeed } from '../random-seed.js';
import { resultOf, smallConfig } from './run-fixture.js';

const command = fileURLToPath(new URL('../../bin/textloom.js', import.meta.url));

/**
 * Runs `textloom train` with the given arguments and kills it, without warning, as soon as it reports the given step.
 * @returns the exit code; null when it was killed
 */
async function trainUntilKilled(args: readonly string[], killAtStep?: number): Promise<number | null> {
  const child = spawn(process.execPath, [command, 'train', ...args, '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line) as TrainingEvent;
    if (event.type === 'step' && event.step === killAtStep) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Kills a run at as many random steps, resumes it each time, and holds its files against those of a run that was left alone. */
export async function expectKillsToLeaveNoTrace(kills: number): Promise<void> {
  const folder = temporaryFolder();
  const config = smallConfig(folder, { epochs: Math.ceil(kills / 2) });
  const file = join(folder, 'config.yaml');
  writeFileSync(file, stringifyConfig(config));
  const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')];
  expect(await trainUntilKilled([file, '--output', whole])).toBe(0);

  const random = createRandom(testSeed);
  // Checkpoints come at the start and every 5 steps: a kill falls between two of them or upon one.
  let step = 0;
  for (let kill = 0; kill < kills; kill++) {
    step += 1 + random.integer(9);
    const start = kill === 0 ? [] : ['--resume'];
    expect(await trainUntilKilled([file, '--output', killed, ...start], step)).toBe(null);
  }
  expect(await trainUntilKilled([file, '--output', killed, '--resume'])).toBe(0);
  expect(resultOf(killed)).toEqual(resultOf(whole));
}
