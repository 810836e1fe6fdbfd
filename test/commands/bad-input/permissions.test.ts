import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offLinux } from '../../outside-programs.js';
import { expectRefusal } from '../expect-refusal.js';
import { type Outcome, shell, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
const run = join(folder, 'runs/small');

/** Runs `textloom` as a user who has no rights here: root may read everything, so it becomes another. */
function asStranger(args: string): Promise<Outcome> {
  const become = process.getuid?.() === 0 ? 'setpriv --reuid=65534 --regid=65534 --clear-groups' : '';
  return shell(`definition=$(declare -f textloom); ${become} bash -c "$definition; textloom ${args}"`, folder);
}

/** Closes a folder or file to everybody while a test is at work. */
async function closed(place: string, work: () => Promise<void>): Promise<void> {
  chmodSync(place, 0);
  await work().finally(() => chmodSync(place, 0o755));
}

beforeAll(async () => {
  chmodSync(folder, 0o755);
  expect(await textloom(['train', 'small.yaml', '--quiet'], folder)).toMatchObject({ code: 0 });
});
afterAll(remove);

describe.skipIf(offLinux)(`a run directory without read permission${offLinux}`, () => {
  it.each(['sample', 'evaluate', 'inspect', 'export --to onnx', 'train --resume', 'train --resume --dry-run'])(
    'is named by %s, without a word about free disk space',
    (command) =>
      closed(run, async () => {
        const outcome = await asStranger(`${command} runs/small`);
        expectRefusal(outcome, { code: 7, says: ['runs/small', '(EACCES)'] });
        expect(outcome.stderr).not.toMatch(/without config|no run has been|MB are free/);
      }),
  );

  it('is distinguished from a model without read permission', () =>
    closed(join(run, 'model.safetensors'), async () => {
      expectRefusal(await asStranger('sample runs/small'), {
        code: 7,
        says: 'runs/small/model.safetensors cannot be read: permission denied (EACCES)',
      });
    }));

  it('is not the only path where permission may be missing', () => {
    mkdirSync(join(folder, 'shut'));
    return closed(join(folder, 'shut'), async () => {
      for (const args of ['train shut/c.yaml', 'evaluate runs/small --surprisals shut/x', 'init shut/x'])
        expectRefusal(await asStranger(args), { code: 7, says: ['shut/', '(EACCES)'] });
    });
  });
});
