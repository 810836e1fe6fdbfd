import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCorpusGenerator } from '../../../src/text/generators/index.js';
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
    const { natsPerToken, predictions, counting, entropy } = fit.comparison;
    expect(counting.kneserNey).toBeLessThan(natsPerToken);
    expect(entropy).toBeUndefined();
    expect(fit.context.losses.map(({ history }: { history: number }) => history).slice(0, 4)).toEqual([0, 1, 2, 4]);
    expect(predictions).toBeGreaterThan(fit.context.positions);
    expect(unused.gains.length).toBeGreaterThan(1);
    expect(Object.keys(texts)).toEqual(['passages', 'copied', 'exact', 'distance', 'usualDistance']);
    expect(curves.training.steps.at(-1)).toBe(6);
  });

  it('says how far the model is from the entropy of its text, from counting models, and how much history it uses', async () => {
    write('reber.txt', createCorpusGenerator({ type: 'reber', embeddings: 1 }).generate({ seed: 2, characters: 3000 }));
    const corpus = 'corpus: { path: reber.txt, boundary: line, generator: { type: reber, embeddings: 1 } }';
    write('reber.yaml', configWith('').replace(/^corpus: .*$/m, corpus));
    const { stdout } = await diagnose('reber.yaml');
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toMatch(
      / entropy [\d.]+ above that of the process which generated the text, 0\.\d{4} \(on the first [\d,]+ predictions\)/,
    );
    expect(text).toMatch(
      / n-grams [\d.]+ above a Kneser-Ney model of order 6 that counts in the first [\d,]+ tokens of the training text/,
    );
    expect(text).toMatch(
      / history \d+ tokens?; up to \d+ tokens the loss falls by less than 1% \(loss [\d.]+ after 0, [\d.]+ after 2, /,
    );
    // Of another text the entropy is not known.
    expect((await diagnose('reber.yaml', 'reber.txt')).stdout).not.toContain('entropy');
  });

  it('shows the text of the batch at a spike of the training loss', async () => {
    const usual = 'The fox saw the crow.\nThe crow saw the fox.\n\n';
    // In the second stream of four, after half of it.
    const strange = '#\x1b[31m@!$%&*+=~^|<>'.repeat(4);
    write('spiked.txt', `${usual.repeat(300)}${strange}${usual.repeat(500)}`);
    const corpus = 'corpus: { path: spiked.txt, split: { train: 1 } }';
    const config = configWith('output: runs/spiked')
      .replace(/^corpus: .*$/m, corpus)
      .replace('steps: 6', 'steps: 600')
      .replace(/^ {2}validation: .*\n/m, '')
      .replace('everySteps: 2', 'everySteps: 200');
    write('spiked.yaml', config);
    expect(await textloom(['train', 'spiked.yaml', '--quiet'], folder)).toMatchObject({ code: 0, stderr: '' });
    const { spikes } = await documentOf('runs/spiked');
    // Each of the four streams has a quarter of the text, in windows of 10 characters.
    const place = 300 * usual.length - (800 * usual.length + strange.length) / 4;
    const [first, last] = [place / 10, (place + strange.length) / 10 + 1];
    expect(spikes).toHaveLength(1);
    const [{ from, to, loss, usual: before, batch }] = spikes;
    expect(from).toBeLessThan(last);
    expect(to).toBeGreaterThan(first);
    expect(loss).toBeGreaterThan(2 * before);
    expect(batch.step).toBeGreaterThan(first);
    expect(batch.step).toBeLessThan(last);
    expect(batch.rows[0].row).toBe(1);
    expect(strange + strange).toContain(batch.rows[0].text.slice(-4));
    const { stdout } = await diagnose('runs/spiked');
    expect(stdout).toContain('\n\nSpikes of the training loss\n');
    expect(stdout).not.toContain('\x1b[31m');
    expect(stdout.replace(/\s+/g, ' ')).toMatch(/ row 2 loss [\d.]+, most at ".*" \([\d.]+\): ".*[#@!$%&*+=~^|<>]{3}.*"/);
  });

  it('examines a config before its training', async () => {
    const { code, stdout } = await diagnose('small.yaml');
    expect(code).toBe(0);
    expect(stdout).not.toContain('before the training\n');
    const { steps, firstSteps, initialFlow, curves } = await documentOf('small.yaml');
    expect([initialFlow, curves]).toEqual([undefined, undefined]);
    expect(firstSteps).toEqual(steps);
  });

  it('--set changes keys of the config that it examines', async () => {
    const { flow } = await documentOf('small.yaml', '--set', 'model.cell.type=gru');
    const { cellFlows } = await documentOf('small.yaml', '--compare-cells');
    expect(flow).toEqual(cellFlows[1].flow);
  });

  it('draws all curves of a report on one scale', async () => {
    const { stdout } = await diagnose('small.yaml', '--compare-cells');
    const scales = stdout.replace(/\s+/g, ' ').match(/a full bar is [\d.e+-]+ times lag 0, the lowest 0\.000001 times/g);
    expect(scales).toHaveLength(4);
    expect(new Set(scales).size).toBe(1);
  });

  it('says what is wrong, how that was measured, what to change, and what that should do', async () => {
    const { stdout } = await diagnose('wild.yaml');
    expect(stdout).toMatch(/^wild\.yaml: \d findings?, the worst first\n\n1\. The learning rate is too high/);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toMatch(/Measured: at 1000 the loss rises from .* in the range test the loss is lowest at/);
    expect(text).toContain('(Smith 2017)');
    expect(stdout).toMatch(
      /\n {3}Change the config:\n {5}training:\n {7}optimizer:\n {9}learningRate: ([\d.]+)\n {3}or add to the command:\n {5}--set training\.optimizer\.learningRate=\1\n {3}A lower rate/,
    );
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

  it('--curvature shows the largest curvature beside 2 / learning rate, and changes nothing else', async () => {
    const plain = await documentOf('runs/small');
    const { curvature, ...rest } = await documentOf('runs/small', '--curvature');
    expect(rest).toEqual(plain);
    const { hessian, limit, learningRate, optimizer } = curvature;
    expect(hessian.value).toBeGreaterThan(0);
    expect([limit, learningRate, optimizer.limit]).toEqual([4, 0.5, 4]);
    expect(optimizer.highestRate).toBeCloseTo(2 / hessian.value, 10);
    const { stdout } = await diagnose('runs/small', '--curvature');
    expect(stdout).toContain('\n\nLargest curvature of the training loss\n');
    expect(stdout.replace(/\s+/g, ' ')).toMatch(
      / Hessian [\d.]+.*; gradient descent at the rate 0.5 is stable up to 4 \(2 \/ rate\)/,
    );
  });

  it('says that a text is too short for gradients', async () => {
    write('short.txt', 'The');
    const { stdout } = await diagnose('runs/small', 'short.txt');
    expect(stdout).not.toContain('Gradient flow');
    expect(stdout).toContain('gradient flow is not measured, because the text that is read is too short');
    expect(stdout).toContain('(2 predictions)');
    expect(stdout).toMatch(/\n {2}given text +[\d.]+\n/);
    expect(stdout).not.toContain('validation text ');
  });

  it('examines both directions of a bidirectional model', async () => {
    write('both.yaml', configWith('output: runs/both').replace('layers: 1', 'layers: 1, bidirectional: true'));
    await textloom(['train', 'both.yaml', '--quiet'], folder);
    const run = await documentOf('runs/both');
    expect([run.flow.length, run.initialFlow.length]).toEqual([1, 1]);
    expect([run.backward.flow.length, run.backward.initialFlow.length]).toEqual([1, 1]);
    expect(run.backward.states.units).not.toEqual(run.states.units);
    // A step changes the parameters of both stacks.
    const names = run.steps.updates.map(({ name }: { name: string }) => name);
    expect(names).toContain('rnn.weight_hh_l0');
    expect(names).toContain('backward.rnn.weight_hh_l0');
    expect(run.notices.join()).toContain('this model reads in both directions');
    // The checkpoint of the last step has the parameters of the model file.
    const model = await documentOf('runs/both/model.safetensors');
    expect(model.fit).toEqual(run.fit);
    expect([model.backward.flow, model.backward.states]).toEqual([run.backward.flow, run.backward.states]);
    const { stdout } = await diagnose('runs/both');
    expect(stdout).toContain('\n\nGradient flow before the training, from the end of the text\n');
    expect(stdout).toContain('\n\nGates and units, from the end of the text\n');
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
    expect(stdout).not.toMatch(/gradient flow/i);
    expect(stdout).toContain('Fit, in nats per token');
    const says = ['--compare-cells: attention.yaml has no recurrent layer'];
    expectRefusal(await diagnose('attention.yaml', '--compare-cells'), { code: 2, says });
  });

  it('refuses what it cannot examine', async () => {
    await textloom(['train', 'small.yaml', '--quiet', '--output', 'bare'], folder);
    rmSync(join(folder, 'bare/checkpoints'), { recursive: true });
    const cases: [code: number, args: string[], ...says: string[]][] = [
      [2, ['gone.yaml'], 'gone.yaml'],
      [4, ['bare'], 'bare'],
      [4, ['corpus.txt'], 'corpus.txt is a text, not a model'],
      [4, ['gone'], 'gone', 'there is no such file'],
      [2, ['away'], 'away is a folder without a run: a run directory is expected'],
      [3, ['small.yaml', 'gone.txt'], 'gone.txt'],
      [2, ['runs/small/model.safetensors', '--curvature'], '--curvature: a model file has no training'],
      [2, ['runs/small', '--set', 'seed=2'], '--set changes a config file, and runs/small is a run'],
      [2, ['runs/small/model.safetensors', '--set', 'seed=2'], '--set changes a config file', 'is a model'],
      [2, ['small.yaml', '--set', 'model.cell.type=gruu'], 'model.cell.type'],
      [2, [], 'diagnose needs one more argument'],
    ];
    for (const [code, args, ...says] of cases) expectRefusal(await diagnose(...args), { code, says });
  });
});
