import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

describe.concurrent('textloom train', () => {
  it('off a terminal writes plain lines to standard error, with the command that comes next', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const { code, stdout, stderr } = await textloom(['train', 'small.yaml'], folder);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^831 parameters, a vocabulary of 15, 2,430 training tokens, 135 validation tokens\n/);
    expect(stderr.match(/validation loss/g)).toHaveLength(3);
    expect(stderr).toMatch(/^best validation loss \d\.\d{4}, perplexity [\d.]+, after step 6$/m);
    expect(stderr).toMatch(/\nnow try: textloom sample runs\/small -p "\.\.\."\n$/);
    expect(stderr).not.toContain('\x1b');
  });

  it('--json writes each event as a line of JSON to standard output, and nothing else anywhere', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const { code, stdout, stderr } = await textloom(['train', 'small.yaml', '--json'], folder);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(events[0]).toMatchObject({ type: 'start', runDirectory: 'runs/small', steps: 6, parameters: 831 });
    expect(events.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    const end = events.at(-1);
    expect(end).toMatchObject({ type: 'end', reason: 'completed', step: 6, model: 'runs/small/model.safetensors' });
    const evaluated = await textloom(['evaluate', 'runs/small', '--split', 'validation', '--json'], folder);
    expect(end.validationLoss).toBeCloseTo(JSON.parse(evaluated.stdout).natsPerToken, 6);
    expect(end.validationLoss).not.toBeCloseTo(end.bestValidationLoss, 6);
  });

  it('--quiet writes nothing at all', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    expect(await textloom(['train', 'small.yaml', '--quiet'], folder)).toEqual({
      code: 0,
      signal: null,
      stdout: '',
      stderr: '',
    });
    expect(existsSync(join(folder, 'runs/small/model.safetensors'))).toBe(true);
  });

  it('takes --set and --output, before and after the config', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const flags = ['--set', 'seed=7', '--set', 'training.steps=2', 'small.yaml', '--output', 'elsewhere', '--quiet'];
    expect(await textloom(['train', ...flags], folder)).toMatchObject({ code: 0, stderr: '' });
    const config = readFileSync(join(folder, 'elsewhere/config.yaml'), 'utf8');
    for (const line of ['seed: 7', 'output: elsewhere', '  steps: 2', '  threads: auto']) expect(config).toContain(`${line}\n`);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  it('gives the same metrics on one thread as on two', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const metricsOn = async (threads: string) => {
      await textloom(['train', 'small.yaml', '--quiet', '--threads', threads, '--output', threads], folder);
      return readFileSync(join(folder, threads, 'metrics.jsonl'), 'utf8');
    };
    expect(await metricsOn('1')).toBe(await metricsOn('2'));
  });
});
