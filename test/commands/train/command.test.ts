import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

describe.concurrent('textloom train', () => {
  it('writes plain lines to standard error if that is not a terminal, with the next command', async ({ onTestFinished }) => {
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

  it('--json writes each event as a line of JSON to standard output, and nothing else', async ({ onTestFinished }) => {
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

  it('--skip-final ends without the losses on the whole texts and those of n-gram models, with the same model', async ({
    onTestFinished,
  }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const ends = [];
    for (const flags of [[], ['--skip-final']]) {
      const output = `runs/${flags.length}`;
      const { stdout } = await textloom(['train', 'small.yaml', '--json', '--output', output, ...flags], folder);
      ends.push(JSON.parse(stdout.trimEnd().split('\n').at(-1)!));
    }
    const { validationLoss: _, testLoss: __, baselines: ___, model: ____, ...others } = ends[0];
    expect(Object.keys(ends[0])).toEqual(expect.arrayContaining(['validationLoss', 'testLoss', 'baselines']));
    expect(ends[1]).toEqual({ ...others, model: 'runs/1/model.safetensors' });
    const [whole, skipped] = ['runs/0', 'runs/1'].map((run) => readFileSync(join(folder, run, 'model.safetensors')));
    expect(skipped!.equals(whole!)).toBe(true);
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

  it('shows samples below a line with their step, and stores them in samples.jsonl', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const set = ['--set', 'training.samples.everySteps=4', '--set', 'training.samples.length=8'];
    const prompts = ['--set', 'training.samples.prompts=[The, fox]'];
    const { code, stderr } = await textloom(['train', 'small.yaml', ...set, ...prompts], folder);
    expect(code).toBe(0);
    const lines = readFileSync(join(folder, 'runs/small/samples.jsonl'), 'utf8').trimEnd().split('\n');
    const samples = lines.map((line) => JSON.parse(line) as { step: number; prompt: string; text: string });
    expect(samples.map(({ step, prompt }) => [step, prompt])).toEqual(
      [4, 6].flatMap((step) => [
        [step, 'The'],
        [step, 'fox'],
      ]),
    );
    for (const [i, { step, prompt, text }] of samples.entries()) {
      const shown = `${prompt}${text}`.replace(/\n$/, '').split('\n').join('\n  ');
      expect(stderr).toContain(`\nepoch 1, step ${step}: sample ${(i % 2) + 1} of 2\n  ${shown}\n`);
    }
  });

  it('accepts --set and --output, before and after the config', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const flags = ['--set', 'seed=7', '--set', 'training.steps=2', 'small.yaml', '--output', 'elsewhere', '--quiet'];
    expect(await textloom(['train', ...flags], folder)).toMatchObject({ code: 0, stderr: '' });
    const config = readFileSync(join(folder, 'elsewhere/config.yaml'), 'utf8');
    for (const line of ['seed: 7', 'output: elsewhere', '  steps: 2', '  threads: auto']) expect(config).toContain(`${line}\n`);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  it('writes a config.yaml whose paths stay valid when the project, or the run alone, is moved', async ({ onTestFinished }) => {
    const { folder, remove } = createWorkplace();
    onTestFinished(remove);
    const project = join(folder, 'project');
    mkdirSync(project);
    for (const name of ['corpus.txt', 'small.yaml']) renameSync(join(folder, name), join(project, name));
    expect(await textloom(['train', 'small.yaml', '--quiet'], project)).toMatchObject({ code: 0 });
    expect(readFileSync(join(project, 'runs/small/config.yaml'), 'utf8')).toContain('\n  path: ../../corpus.txt\n');
    renameSync(project, join(folder, 'moved'));
    const corpusOf = (config: string) => loadConfig(config, { directory: folder }).corpus;
    expect(corpusOf('moved/runs/small/config.yaml')).toMatchObject({ path: join(folder, 'moved/corpus.txt') });
    writeFileSync(join(folder, 'again.yaml'), 'extends: moved/runs/small/config.yaml\n');
    expect(corpusOf('again.yaml')).toMatchObject({ path: join(folder, 'moved/corpus.txt') });

    renameSync(join(folder, 'moved/runs/small'), join(folder, 'moved/best'));
    const resume = ['train', 'best', '--resume', '--quiet', '--set', 'training.steps=8'];
    expect(await textloom(resume, join(folder, 'moved'))).toMatchObject({ code: 0 });
    const config = readFileSync(join(folder, 'moved/best/config.yaml'), 'utf8');
    for (const line of ['output: best', '  path: ../corpus.txt']) expect(config).toContain(`${line}\n`);
  });

  it('names a run after the folder of --output, and puts no name into the model', async ({ onTestFinished }) => {
    const { folder, write, remove } = createWorkplace();
    onTestFinished(remove);
    write('named.yaml', 'extends: small.yaml\nname: plays\n');
    const nameOf = async (output: string, ...flags: string[]) => {
      const { code } = await textloom(['train', 'named.yaml', '--quiet', '--output', output, ...flags], folder);
      expect(code).toBe(0);
      return /^name: (.*)$/m.exec(readFileSync(join(folder, output, 'config.yaml'), 'utf8'))?.[1];
    };
    const own = loadConfig('named.yaml', { directory: folder, output: 'runs/plays' });
    expect(own).toMatchObject({ name: 'plays', output: 'runs/plays' });
    expect(await nameOf('sweep/rate-0.01')).toBe('rate-0.01');
    expect(await nameOf('sweep/other', '--set', 'name=given')).toBe('given');
    const model = (run: string) => readFileSync(join(folder, run, 'model.safetensors'));
    expect(model('sweep/other').equals(model('sweep/rate-0.01'))).toBe(true);
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
