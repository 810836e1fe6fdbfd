import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { shell, startTextloom, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

describe.concurrent('a command that is interrupted', () => {
  it.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s writes a checkpoint, says how to go on, and exits with %d', async ([signal, code], { onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const run = startTextloom(['train', 'small.yaml', '--set', 'training.steps=1000000'], folder);
    await run.says('step 1/');
    run.process.kill(signal);
    // npx sends Ctrl-C on to a process that has had it from the terminal; a closed terminal sends SIGHUP twice.
    run.process.kill(signal);
    const outcome = await run.ended;
    expect(outcome.stderr).toContain(`${signal}: stopping after this step`);
    expect(outcome.stderr).toMatch(/continue with: textloom train runs\/small --resume\n$/);
    expect(outcome).toMatchObject({ code, signal: null, stdout: '' });

    const [, step = ''] = /stopped after step ([\d,]+)/.exec(outcome.stderr) ?? [];
    const next = `training.steps=${Number(step.replaceAll(',', '')) + 3}`;
    const resumed = await textloom(['train', 'runs/small', '--resume', '--set', next], folder);
    expect(resumed.stderr).toContain(`resumed after step ${step}\n`);
    expect(resumed.code).toBe(0);
  });

  it('twice ends at once, even if it is busy', async () => {
    const module = pathToFileURL(join(import.meta.dirname, '../../../dist/commands/shared/stop-signals.js'));
    const script = `
      import { watchStopSignals } from '${module}';
      const signals = watchStopSignals(() => { console.log(signals.received); for (;;); });
      console.log('ready');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const line = async () => String((await once(child.stdout, 'data'))[0]);
    expect(await line()).toBe('ready\n');
    child.kill('SIGTERM');
    expect(await line()).toBe('SIGTERM\n');
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([null, 'SIGINT']);
  });

  it.for([
    ['events', '--json 2>said | head -c 10'],
    ['progress', '2>&1 >said | head -c 10'],
  ] as const)(
    'by a reader of its %s that is gone writes a checkpoint, says how to go on, and exits with 141',
    async ([, pipeline], { onTestFinished }) => {
      const { folder, remove } = createWorkplace();
      onTestFinished(remove);
      const command = `textloom train small.yaml --set training.steps=1000000 ${pipeline}`;
      const { stdout } = await shell(`${command}; echo " \${PIPESTATUS[0]}"; cat said`, folder);
      expect(stdout.slice(10)).toMatch(/^ 141\nthe reader of the output has ended: .*\nstopped after step [\d,]+ and /);
      expect(stdout).toMatch(/\ncontinue with: textloom train runs\/small --resume\n$/);
      const [, step = ''] = /stopped after step ([\d,]+)/.exec(stdout) ?? [];
      expect(readdirSync(join(folder, 'runs/small/checkpoints'))).toContain(checkpointOf(step));
    },
  );

  it('by a Ctrl-C that also ends the reader of its output writes a checkpoint, and exits with 130', async ({
    onTestFinished,
  }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const training = '{ textloom train small.yaml --set training.steps=1000000; echo $? >code; } 2>&1 | cat >said';
    const script = `set -m; ${training} & until grep -q 'step 1/' said; do sleep 0.05; done; kill -INT %1; wait; cat code`;
    expect((await shell(script, folder)).stdout).toBe('130\n');
    expect(readdirSync(join(folder, 'runs/small/checkpoints')).sort().at(-1)).not.toBe(checkpointOf('0'));
  });

  it('by a full disk for its output writes a checkpoint, and exits with 7', async ({ skip, onTestFinished }) => {
    skip(!existsSync('/dev/full'), 'there is no /dev/full');
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const { code, stderr } = await shell('textloom train small.yaml --set training.steps=1000000 --json >/dev/full', folder);
    const [, step = ''] = /^stopped after step ([\d,]+)/.exec(stderr) ?? [];
    expect({ code, last: stderr.split('\n').at(-2) }).toMatchObject({ code: 7, last: expect.stringContaining('ENOSPC') });
    expect(readdirSync(join(folder, 'runs/small/checkpoints'))).toContain(checkpointOf(step));
  });

  it('by a reader of its help that stops early ends without a message', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const { stdout, stderr } = await shell(`textloom --help | head -c 10; echo " \${PIPESTATUS[0]}"`, folder);
    expect({ status: stdout.slice(10), stderr }).toEqual({ status: ' 0\n', stderr: '' });
  });
});

const checkpointOf = (step: string) => `step-${step.replaceAll(',', '').padStart(8, '0')}.safetensors`;
