import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { configWith, createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
const diagnose = (...args: string[]) => textloom(['diagnose', ...args], folder);
const documentOf = async (...args: string[]) => JSON.parse((await diagnose(...args, '--json')).stdout);
const filesOf = (name: string) =>
  readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name: file }) => [join(parentPath, file), readFileSync(join(parentPath, file), 'latin1')]);

beforeAll(async () => {
  mkdirSync(join(folder, 'away'));
  write(
    'wild.yaml',
    configWith('name: wild').replace('learningRate: 0.5', 'learningRate: 1000').replace('steps: 6', 'steps: 60'),
  );
  await textloom(['train', 'small.yaml', '--quiet'], folder);
});

describe.concurrent('textloom diagnose', () => {
  it('reports what it measured of a run, and changes nothing in it', async () => {
    const before = filesOf('runs/small');
    const { code, stdout, stderr } = await diagnose('runs/small');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^runs\/small: (nothing wrong was found|\d findings?, the worst first)\n/);
    for (const title of [
      'Gradient flow by lag',
      'Gradient flow before the training',
      'Steps of training, at the learning rate of the config',
      'First steps of the training',
      'Gates and units',
      'Gates and units before the training',
      'Units that track something readable',
      'Fit, in nats per token',
      'Loss by the frequency of the token in the training text',
      'Texts',
    ])
      expect(stdout).toContain(`\n\n${title}\n`);
    expect(stdout).toMatch(/ {4}gate f +mean 0\.\d\d; below 0\.1 /);
    expect(filesOf('runs/small')).toEqual(before);
  });

  it('--json prints the numbers of the report', async () => {
    const { subject, findings, flow, initialFlow, steps, firstSteps, states, fit, unused, texts, curves, ended } =
      await documentOf('runs/small');
    expect([subject, ended, Array.isArray(findings)]).toEqual(['runs/small', 'completed', true]);
    expect([flow.length, initialFlow.length, flow[0].norms.length]).toEqual([1, 1, 64]);
    expect(steps.updates.map(({ name }: { name: string }) => name)).toContain('rnn.weight_hh_l0');
    expect(firstSteps.losses).toHaveLength(6);
    expect(states.gates.memories[0].kept).toHaveLength(8);
    expect(fit.gap.validation.natsPerToken).toBeGreaterThan(0);
    expect(unused.gains.length).toBeGreaterThan(1);
    expect(Object.keys(texts)).toEqual(['passages', 'copied', 'exact', 'distance', 'usualDistance']);
    expect(curves.training.steps.at(-1)).toBe(6);
  });

  it('examines a config before its training', async () => {
    const { code, stdout } = await diagnose('small.yaml');
    expect(code).toBe(0);
    expect(stdout).not.toContain('before the training\n');
    const { steps, firstSteps, initialFlow, curves } = await documentOf('small.yaml');
    expect([initialFlow, curves]).toEqual([undefined, undefined]);
    expect(firstSteps).toEqual(steps);
  });

  it('says what is wrong, how that was measured, what to change, and what that should do', async () => {
    const { stdout } = await diagnose('wild.yaml');
    expect(stdout).toMatch(/^wild\.yaml: \d findings?, the worst first\n\n1\. The learning rate is too high/);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toMatch(/Measured: at 1000 the loss rises from .* in the range test the loss is lowest at/);
    expect(text).toContain('(Smith 2017)');
    expect(stdout).toMatch(/\n {3}Change:\n {5}--set training\.optimizer\.learningRate=[\d.]+\n {3}A lower rate/);
  });

  it('examines a model file on its corpus, and any subject on a given text', async () => {
    const model = 'runs/small/model.safetensors';
    const own = await documentOf(model);
    expect([own.steps, own.curves]).toEqual([undefined, undefined]);
    expect(own.fit.gap.validation.natsPerToken).toBeGreaterThan(0);
    write('other.txt', 'The crow saw the crow.\n'.repeat(40));
    const other = await documentOf(model, 'other.txt');
    // Both texts are read equally far.
    expect(other.fit.gap.validation.predictions).toBeGreaterThan(own.fit.gap.validation.predictions);
    const run = await documentOf('runs/small', 'other.txt');
    // A text that is not of the corpus may be of any kind.
    expect([run.texts, other.texts]).toEqual([undefined, undefined]);
    expect(own.texts.distance).toBeGreaterThanOrEqual(0);
    expect(run.fit.gap.validation.predictions).toBe(other.fit.gap.validation.predictions);
    // Elsewhere the corpus is not found, and the model is examined on the text alone.
    const away = await textloom(['diagnose', `../${model}`, '../other.txt', '--json'], join(folder, 'away'));
    const alone = JSON.parse(away.stdout);
    expect(alone.fit.gap).toBeUndefined();
    expect(alone.notices.join()).toContain('the training text is not compared with');
  });

  it('--compare-cells shows how far gradients flow in an Elman network, a GRU and an LSTM of the same sizes', async () => {
    const { cellFlows, flow } = await documentOf('small.yaml', '--compare-cells');
    expect(cellFlows.map(({ cell }: { cell: string }) => cell)).toEqual(['rnn', 'gru', 'lstm']);
    // The config has an LSTM of this size, drawn from the same seed.
    expect(cellFlows[2].flow).toEqual(flow);
    const { stdout } = await diagnose('small.yaml', '--compare-cells');
    expect(stdout).toContain('\n\nGradient flow of the cell rnn before the training\n');
  });

  it('examines a model with attention, whose layers have no recurrent state', async () => {
    write(
      'attention.yaml',
      configWith('').replace(
        /^model: .*$/m,
        'model: { embedding: { size: 8 }, layers: [{ type: transformer, heads: 2, window: 8 }] }',
      ),
    );
    const { code, stdout } = await diagnose('attention.yaml');
    expect(code).toBe(0);
    expect(stdout).not.toContain('Gradient flow');
    expect(stdout).toContain('Fit, in nats per token');
  });

  it('refuses what it cannot examine', async () => {
    write('both.yaml', configWith('').replace('layers: 1', 'layers: 1, bidirectional: true'));
    await textloom(['train', 'small.yaml', '--quiet', '--output', 'bare'], folder);
    rmSync(join(folder, 'bare/checkpoints'), { recursive: true });
    const cases: [code: number, args: string[], ...says: string[]][] = [
      [2, ['gone.yaml'], 'gone.yaml'],
      [2, ['both.yaml'], 'a model that reads in both directions cannot be diagnosed'],
      [4, ['bare'], 'bare'],
      [4, ['corpus.txt'], 'corpus.txt is a text, not a model'],
      [4, ['gone'], 'gone', 'there is no such file'],
      [3, ['small.yaml', 'gone.txt'], 'gone.txt'],
      [2, [], 'diagnose needs one more argument'],
    ];
    for (const [code, args, ...says] of cases) expectRefusal(await diagnose(...args), { code, says });
  });
});
