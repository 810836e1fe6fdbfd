import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { stringifyConfig } from '../../src/config/config-file.js';
import { createRandom } from '../../src/foundation/random.js';
import { textloom } from '../commands/textloom.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { testSeed } from '../random-seed.js';
import { resultOf, type Settings, smallConfig } from '../train/run-fixture.js';
import { type Mpi, processesWith, startMpi } from './mpirun.js';

const command = fileURLToPath(new URL('../../bin/textloom.js', import.meta.url));

/**
 * Kills one process of a team at random steps, resumes the run each time with another number of processes, and compares its files with those
 * of a run of one process that was left alone. Each time mpirun ends the other processes.
 *
 * @param training settings of the run
 */
export async function expectKilledTeamsToLeaveNoTrace(mpi: Mpi, kills: number, training: Settings = {}): Promise<void> {
  const folder = temporaryFolder();
  const config = smallConfig(folder, { epochs: Math.ceil(kills / 2), microbatches: 4, ...training });
  const file = join(folder, 'config.yaml');
  const alone = { ...config, engine: { type: 'typed-array' as const, shards: 2, threads: 1 } };
  writeFileSync(file, stringifyConfig(alone));
  const killed = join(folder, 'killed');
  const whole = await textloom(['train', file, '--output', 'whole', '--quiet'], folder);
  expect(whole.code, whole.stderr).toBe(0);

  const random = createRandom(testSeed);
  const trainUntilKilled = async (size: number, args: readonly string[], killAtStep?: number) => {
    const team = startMpi(mpi, size, [command, 'train', file, '--output', killed, '--json', ...args], folder);
    for await (const line of createInterface({ input: team.process.stdout! })) {
      if (!line.startsWith(`{"type":"step","step":${killAtStep},`)) continue;
      const members = processesWith(killed);
      process.kill(members[random.integer(members.length)]!, 'SIGKILL');
    }
    return team.ended;
  };
  let step = 0;
  for (let kill = 0; kill < kills; kill++) {
    step += 1 + random.integer(9);
    const { code } = await trainUntilKilled([2, 4][kill % 2]!, kill === 0 ? [] : ['--resume'], step);
    expect(code).not.toBe(0);
  }
  const last = await trainUntilKilled(2, ['--resume']);
  expect(last.code, last.stderr).toBe(0);
  expect(resultOf(killed)).toEqual(resultOf(join(folder, 'whole')));
}
