/** Commands that resume a run from altered checkpoints; test/train/training-state.test.ts tests every key. */
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors } from '../../../src/files/safetensors-reader.js';
import { writeSafetensors } from '../../../src/files/safetensors-writer.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);

beforeAll(async () => {
  expect(await textloom(['train', 'small.yaml', '--quiet'], folder)).toMatchObject({ code: 0 });
});

type Change = (trainer: Record<string, unknown>) => object;

/** A copy of the run whose newest checkpoints say something else of the training, under a digest that is right. */
function alteredRun(name: string, change: Change, count: number): string {
  cpSync(join(folder, 'runs/small'), join(folder, name), { recursive: true });
  const checkpoints = join(folder, name, 'checkpoints');
  for (const file of readdirSync(checkpoints).sort().reverse().slice(0, count)) {
    const path = join(checkpoints, file);
    const { metadata, tensors } = readSafetensors(path, { digest: 'required' });
    const { sha256: _, trainer = '', ...rest } = Object.fromEntries(metadata);
    const altered = { ...JSON.parse(trainer), ...change(JSON.parse(trainer)) };
    writeSafetensors(path, tensors, { ...rest, trainer: JSON.stringify(altered) });
  }
  return name;
}

// The run has made 6 steps of 40 predictions. Its text has 2,430 characters: 2,429 predictions in 4 rows, 608 the longest, in 61 windows of 10.
const never: readonly [key: string, change: Change][] = [
  ['step', () => ({ step: 1e300 })],
  ['validation', ({ validation }) => ({ validation: { ...(validation as object), bestStep: null } })],
];
const notHere: readonly [key: string, change: Change][] = [
  ['window is 1000000000, where an epoch has 61', () => ({ window: 1e9 })],
  ['step is 6, where 67 are made up to window 6 of epoch 2', () => ({ epoch: 2 })],
];

describe.concurrent('a checkpoint', () => {
  it.for(never.map((entry, i) => [...entry, i] as const))('with an impossible %s is skipped', async ([key, change, i]) => {
    const { code, stderr } = await textloom(['train', alteredRun(`never-${i}`, change, 1), '--resume'], folder);
    expect(stderr).toContain(`step-00000006.safetensors cannot be resumed: ${key} in its state is`);
    expect(stderr).toContain('resumed after step 4');
    expect(code).toBe(0);
  });

  it('with impossible counters is refused where there is no other', async () => {
    const run = alteredRun('all', () => ({ step: -1 }), 2);
    expectRefusal(await textloom(['train', run, '--resume'], folder), {
      code: 4,
      says: ['step in its state is "-1"', 'all of its checkpoints are damaged'],
    });
  });

  it.for(notHere.map((entry, i) => [...entry, i] as const))(
    'whose state says that %s is refused',
    async ([says, change, i]) => {
      const run = alteredRun(`not-here-${i}`, change, 1);
      expectRefusal(await textloom(['train', run, '--resume'], folder), { code: 4, says: [says, 'Delete the file'] });
    },
  );

  it('may contain any description of its training', async () => {
    const { metadata, tensors } = readSafetensors(join(folder, 'runs/small/model.safetensors'), { digest: 'required' });
    const { sha256: _, training: __, ...rest } = Object.fromEntries(metadata);
    const training = '{"constructor":1,"toString":"x","hasOwnProperty":{"valueOf":2}}';
    writeSafetensors(join(folder, 'names.safetensors'), tensors, { ...rest, training });
    const { code, stdout, stderr } = await textloom(['inspect', 'names.safetensors'], folder);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/constructor +1\n +toString +"x"\n +hasOwnProperty/);
  });
});
