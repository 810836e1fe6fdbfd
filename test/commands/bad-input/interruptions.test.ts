import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { shell, startTextloom, textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

describe.concurrent('a command that is interrupted', () => {
  it.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s writes a checkpoint, says how to go on, and exits with %d', async ([signal, code], { onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const run = startTextloom(['train', 'small.yaml', '--set', 'training.steps=1000000'], folder);
    await run.says('step 1/');
    run.process.kill(signal);
    const outcome = await run.ended;
    expect(outcome.stderr).toContain(`${signal}: stopping after this step`);
    expect(outcome.stderr).toMatch(/go on with: textloom train runs\/small --resume\n$/);
    expect(outcome).toMatchObject({ code, signal: null, stdout: '' });

    const [, step = ''] = /stopped after step ([\d,]+)/.exec(outcome.stderr) ?? [];
    const next = `training.steps=${Number(step.replaceAll(',', '')) + 3}`;
    const resumed = await textloom(['train', 'runs/small', '--resume', '--set', next], folder);
    expect(resumed.stderr).toContain(`resumed after step ${step}\n`);
    expect(resumed.code).toBe(0);
  });

  it('twice ends at once, however busy it is', async () => {
    const module = pathToFileURL(join(import.meta.dirname, '../../../dist/commands/stop-signals.js'));
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
    ['events', 'textloom train small.yaml --set training.steps=100000 --json 2>errors | head -c 10'],
    ['progress', 'textloom train small.yaml --set training.steps=100000 2>&1 >/dev/null | head -c 10'],
    ['help', 'textloom --help 2>errors | head -c 10'],
  ] as const)('by a reader of its %s that has seen enough ends quietly', async ([, pipeline], { onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const { stdout, stderr } = await shell(`${pipeline}; echo " \${PIPESTATUS[0]}"; cat errors 2>/dev/null`, folder);
    expect(stdout.slice(10)).toBe(' 0\n');
    expect(stderr).toBe('');
  });

  it('by a reader of its text that has seen enough ends quietly', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    await textloom(['train', 'small.yaml', '--quiet'], folder);
    const { stdout, stderr } = await shell(
      `textloom sample runs/small -n 100000000 | head -c 10; echo " \${PIPESTATUS[0]}"`,
      folder,
    );
    expect({ status: stdout.slice(10), stderr }).toEqual({ status: ' 0\n', stderr: '' });
  });
});
