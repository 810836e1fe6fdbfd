import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { escapedHtml } from '../../../src/foundation/markup.js';
import type { PageData } from '../../../src/report/page-data.js';
import { readModelFile, writeModelFile } from '../../../src/run/model-file.js';
import { expectClosedPage } from '../../report/expected-page.js';
import { textloom } from '../textloom.js';
import { createWorkplace, smallConfig } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);

const train = (output: string, ...settings: string[]) =>
  textloom(['train', 'small.yaml', '--output', output, ...settings.flatMap((one) => ['--set', one])], folder);

beforeAll(async () => {
  const common = ['training.steps=40', 'training.validation.everySteps=10', 'training.samples.everySteps=20'];
  for (const outcome of [
    await train('runs/first', ...common, 'training.samples.length=5'),
    await train('runs/second', ...common, 'training.optimizer.learningRate=0.1', 'training.objective.activation=1'),
  ])
    expect(outcome.code, outcome.stderr).toBe(0);
});

/** Without the diagnosis, which diagnosis.test.ts tests. */
const report = (...args: string[]) => textloom(['report', '--no-diagnosis', ...args], folder);
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const dataOf = (page: string): PageData =>
  JSON.parse(/<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(page)![1]!);
const seriesOf = (page: string, chart: string) => dataOf(page).charts.find(({ id }) => id === chart)!.series;

describe('textloom report', () => {
  it('writes a page of a run with its model, text, training, results and use', async () => {
    const { code, stdout, stderr } = await report('runs/first', '-o', 'first.html');
    expect(code).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toBe(
      ['validation', 'test']
        .map((split) => `reading the ${split} split of the corpus that runs/first/model.safetensors names: corpus.txt `)
        .join(''),
    );
    expect(stdout).toMatch(/^first\.html: report of 1 run, [\d.]+ kB\n$/);
    const page = read('first.html');
    expectClosedPage(page);
    const { test, validation } = await results('runs/first');
    for (const text of [
      'LSTM, 1 layer of 8: a language model of characters',
      'corpus.txt',
      'SHA-256',
      '40 of 40 steps, 1,600 tokens predicted',
      'sgd, learning rate 0.5',
      test.toFixed(4),
      validation.toFixed(4),
      Math.exp(test).toFixed(2),
      (test / Math.LN2).toFixed(3),
      '6-gram model (Kneser-Ney)',
      'textloom sample runs/first',
    ])
      expect(page).toContain(text);
    expect(page).not.toContain('Runs compared');
  });

  it('draws every value of the metrics', async () => {
    await report('runs/first', '-o', 'values.html');
    const lines = read('runs/first/metrics.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const steps = lines.filter(({ type }) => type === 'step');
    const page = read('values.html');
    const expected = (key: string) => steps.map((line) => Number(line[key].toPrecision(6)));
    const [training, validation] = seriesOf(page, 'chart-loss');
    expect(training).toMatchObject({
      name: 'training',
      run: 0,
      kind: 'line',
      steps: [10, 10, 10, 10],
      values: expected('loss'),
    });
    expect(validation).toMatchObject({ name: 'validation', kind: 'points', steps: [10, 10, 10, 10] });
    expect(seriesOf(page, 'chart-rate')[0]!.values).toEqual(expected('learningRate'));
    expect(seriesOf(page, 'chart-gradient')[0]!.values).toEqual(expected('gradientNorm'));
  });

  it('draws what training.diagnostics measured, by parameter', async () => {
    await train('measured', 'training.steps=40', 'training.diagnostics.everySteps=10');
    await report('measured', '-o', 'diagnosed.html');
    const lines = read('measured/metrics.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === 'diagnostics');
    expect(lines).toHaveLength(4);
    const page = read('diagnosed.html');
    const expected = (key: string) => lines.map((line) => Number(line[key].toPrecision(6)));
    const updates = seriesOf(page, 'chart-update');
    expect(updates.map(({ name }) => name)).toEqual([
      'encoder.weight',
      'rnn.weight_ih_l0',
      'rnn.weight_hh_l0',
      'decoder.weight',
    ]);
    for (const { name, values } of updates) expect(values).toEqual(expected(`update.${name}`));
    for (const { name, values } of seriesOf(page, 'chart-gradients')) expect(values).toEqual(expected(`gradient.${name}`));
    expect(seriesOf(page, 'chart-clipped')[0]!.values).toEqual(expected('clippedShare'));
    // Plain gradient descent has no second moments.
    expect(dataOf(page).charts.some(({ id }) => id === 'chart-epsilon')).toBe(false);
  });

  it('compares runs with the keys in which they differ, and draws the terms of the objective', async () => {
    const { code } = await report('runs/first', 'runs/second', '-o', 'both.html');
    expect(code).toBe(0);
    const page = read('both.html');
    expectClosedPage(page);
    expect(page).toContain('2 runs: first, second');
    const table = page.slice(page.indexOf('id="runs"'), page.indexOf('id="curves"'));
    for (const text of ['learningRate', '0.1', '0.5', 'activation']) expect(table).toContain(`<bdi>${text}</bdi>`);
    expect(table).not.toContain('batchSize');
    expect(
      seriesOf(page, 'chart-loss')
        .map(({ name }) => name)
        .slice(0, 4),
    ).toEqual([...['first training', 'first validation'], ...['second training', 'second validation']]);
    const terms = dataOf(page).charts.filter(({ title }) => title.startsWith('Term of the objective'));
    expect(terms.map(({ title, series }) => [title, series.map(({ name }) => name)])).toContainEqual([
      'Term of the objective: activation',
      ['second'],
    ]);
  });

  it('writes report.html by default, and replaces a file only with --overwrite', async () => {
    expect((await report('runs/first')).code).toBe(0);
    const before = read('report.html');
    const refused = await report('runs/second');
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('report.html exists: replace it with --overwrite');
    expect(read('report.html')).toBe(before);
    const { code, stdout } = await report('runs/second', '--overwrite', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { format: 'html', path: 'report.html', bytes: statSync(join(folder, 'report.html')).size, runs: ['runs/second'] },
    ]);
    expect(read('report.html')).not.toBe(before);
  });

  it('reads a run that has only begun, and one whose config is no longer valid', async () => {
    mkdirSync(join(folder, 'runs/begun'));
    cpSync(join(folder, 'runs/first/config.yaml'), join(folder, 'runs/begun/config.yaml'));
    cpSync(join(folder, 'runs/first'), join(folder, 'runs/old'), { recursive: true });
    write('runs/old/config.yaml', `${read('runs/first/config.yaml')}\nunknownKey: 1\n`);
    const { code, stderr } = await report('runs/begun', 'runs/old', '-o', 'begun.html');
    expect(code, stderr).toBe(0);
    expect(read('begun.html')).toContain('This run has no model yet');
    expect(read('begun.html')).toContain('unknownKey');
  });

  it('shows samples of each prompt over time', async () => {
    await report('runs/first', '-o', 'samples.html');
    const page = read('samples.html');
    const samples = read('runs/first/samples.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(samples.map(({ step }) => step)).toEqual([20, 40]);
    for (const { step, epoch, text } of samples)
      expect(page).toContain(`After step ${step}, epoch ${epoch}</figcaption>\n<blockquote dir="auto">${escapedHtml(text)}<`);
  });

  it('shows the surprisal of the validation text, with the figures and the interval of evaluate', async () => {
    await report('runs/first', '-o', 'surprisal.html');
    const page = read('surprisal.html');
    const part = page.slice(page.indexOf('id="surprisal"'));
    const outcome = await textloom(['evaluate', 'runs/first', '--split', 'validation', '--json'], folder);
    const { natsPerToken, confidenceInterval } = JSON.parse(outcome.stdout);
    const [low, high] = confidenceInterval.perplexity;
    for (const text of [natsPerToken.toFixed(4), Math.exp(natsPerToken).toFixed(2), `${low.toFixed(2)} to ${high.toFixed(2)}`])
      expect(part).toContain(`<bdi>${text}</bdi>`);
    const shown = [...part.matchAll(/<span class="heat-\d" title="([\d.]+) bits">([^<]*)<\/span>/g)];
    const surprisals = await textloom(
      ['evaluate', 'runs/first', '--split', 'validation', '--surprisals', 'tokens.tsv'],
      folder,
    );
    expect(surprisals.code, surprisals.stderr).toBe(0);
    const bits = read('tokens.tsv')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => (Number(line.split('\t').at(-1)) / Math.LN2).toFixed(1));
    expect(shown.length).toBeGreaterThan(50);
    expect(shown.map(([, value]) => value)).toEqual(bits.slice(0, shown.length));
    expect(
      shown
        .map(([, , text]) => text)
        .join('')
        .replaceAll('↵', ''),
    ).toContain('crow saw the fox.\n');
  });

  it('reads no text with --logs-only, nor one that is not there or has changed, and writes the rest', async () => {
    const quiet = await report('runs/first', '--logs-only', '-o', 'quiet.html');
    expect([quiet.code, quiet.stderr]).toEqual([0, '']);
    expect(read('quiet.html')).not.toContain('id="surprisal"');
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    for (const [name, text] of [
      ['gone', undefined],
      ['changed', 'Another text.\n'.repeat(200)],
    ] as const) {
      if (text !== undefined) write('elsewhere/corpus.txt', text);
      const outcome = await textloom(['report', '../runs/first', '-o', `${name}.html`], elsewhere);
      expect(outcome.code, outcome.stderr).toBe(0);
      expect(outcome.stderr.replace(/\s+/g, ' ')).toContain('no surprisals of ../runs/first: ');
      expect(read(`elsewhere/${name}.html`)).not.toContain('id="surprisal"');
      expect(read(`elsewhere/${name}.html`)).not.toContain('Another text');
    }
  });

  it('says that a corpus has no validation text', async () => {
    write('whole.yaml', smallConfig.replace(/ {2}validation.*\n/, ''));
    const whole = [
      'train',
      'whole.yaml',
      '--output',
      'runs/whole',
      '--set',
      'corpus.split={"train":1,"validation":0,"test":0}',
    ];
    expect((await textloom(whole, folder)).code).toBe(0);
    const { code, stderr } = await report('runs/whole', '-o', 'whole.html');
    expect([code, stderr]).toEqual([0, 'no surprisals of runs/whole: its corpus has no validation text\n']);
  });

  it('does not show a text whose digest the model does not contain', async () => {
    write('secret.txt', 'A secret text of another person.\n'.repeat(100));
    cpSync(join(folder, 'runs/first'), join(folder, 'runs/thief'), { recursive: true });
    const path = join(folder, 'runs/thief/model.safetensors');
    const model = readModelFile(path);
    const config = JSON.parse(JSON.stringify(model.config).replaceAll('corpus.txt', 'secret.txt'));
    writeModelFile(path, { ...model, config, training: { step: 40 } });
    const { code, stderr } = await report('runs/thief', '-o', 'thief.html');
    expect(code, stderr).toBe(0);
    expect(stderr.replace(/\s+/g, ' ')).toContain('is not known to be the text that was held out');
    expect(read('thief.html')).not.toContain('secret text');
  });

  it('maps the embedding, with the nearest tokens that neighbours finds', async () => {
    await report('runs/first', '-o', 'embedding.html');
    const page = read('embedding.html');
    const part = page.slice(page.indexOf('id="embedding"'));
    const { stdout } = await textloom(['neighbours', 'runs/first', 'o', '--json'], folder);
    const near: { token: string; similarity: number }[] = JSON.parse(stdout).words[0].nearest;
    const expected = near
      .slice(0, 4)
      .map(({ token, similarity }) => `${token === ' ' ? '␣' : token === '\n' ? '↵' : token} ${similarity.toFixed(2)}`);
    expect(part).toContain(`<th scope="row"><bdi>o</bdi></th><td><bdi>${expected.join('   ')}</bdi></td>`);
    expect(part).toContain('first component, ');
    expect(page).not.toContain('id="attention"');
  });

  it('writes the same as Markdown with pictures', async () => {
    const { code, stdout, stderr } = await report('runs/first', '--format', 'md', '--logs-only', '-o', 'card.md');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^card\.md: report of 1 run/);
    const { test } = await results('runs/first');
    for (const text of [
      '# first\n\n## Model\n',
      test.toFixed(4),
      '## Curves',
      '## Samples over time',
      '![Loss, nats per token](card-pictures/chart-loss.svg)',
    ])
      expect(read('card.md')).toContain(text);
    expect(readdirSync(join(folder, 'card-pictures')).sort()).toEqual([
      ...['chart-gradient.svg', 'chart-loss.svg', 'chart-rate.svg', 'embedding-0.svg'],
    ]);
    const again = await report('runs/first', '--format', 'md', '--logs-only', '-o', 'card.md', '--overwrite');
    expect(again.code, again.stderr).toBe(0);
  });

  it('of a run of 100,000 steps is smaller than 2 MB, and keeps its peaks', async () => {
    cpSync(join(folder, 'runs/first'), join(folder, 'runs/long'), { recursive: true });
    const line = (step: number) => {
      const loss = step === 55_550 ? 77 : 1 + Math.sin(step) / 3;
      const values = { loss, learningRate: 1 / step, gradientNorm: 2 + Math.cos(step), tokens: 100 * step };
      const terms = { 'objective.activation': loss / 7, 'objective.temporalActivation': loss / 9 };
      return JSON.stringify({ type: 'step', step, epoch: 1, ...values, ...terms });
    };
    const lines = Array.from({ length: 10_000 }, (_, i) => line(10 * (i + 1)));
    writeFileSync(join(folder, 'runs/long/metrics.jsonl'), `${lines.join('\n')}\n`);
    const { code, stderr } = await report('runs/long', '--logs-only', '-o', 'long.html');
    expect(code, stderr).toBe(0);
    expect(statSync(join(folder, 'long.html')).size).toBeLessThan(1_000_000);
    const page = read('long.html');
    expect(page).toContain('reduced to the lowest and the highest value');
    expect(Math.max(...seriesOf(page, 'chart-loss')[0]!.values)).toBe(77);
  });

  it('writes nothing when a run cannot be read', async () => {
    cpSync(join(folder, 'runs/first'), join(folder, 'runs/broken'), { recursive: true });
    write('runs/broken/metrics.jsonl', '{"type":"step"}\n');
    const { code, stderr } = await report('runs/first', 'runs/broken', '-o', 'broken.html');
    expect(code).toBe(4);
    expect(stderr).toContain('metrics.jsonl:1: its step is not a whole number');
    expect(existsSync(join(folder, 'broken.html'))).toBe(false);
  });

  it('shows hostile names and texts as texts', async () => {
    const name = 'runs/<img src=x onerror=alert(1)>\u202e"\'&';
    cpSync(join(folder, 'runs/first'), join(folder, name), { recursive: true });
    const { code, stderr } = await report(name, '-o', 'hostile.html');
    expect(code, stderr).toBe(0);
    const page = read('hostile.html');
    expectClosedPage(page);
    expect(page).not.toMatch(/<img|\u202e/);
    expect(page).toContain('&#60;img src=x onerror=alert(1)&#62;\\u{202e}&#34;&#39;&#38;');
  });
});

async function results(run: string): Promise<{ test: number; validation: number }> {
  const lines = read(join(run, 'sessions.jsonl')).trim().split('\n');
  const { testLoss: test, validationLoss: validation } = JSON.parse(lines.at(-1)!);
  return { test, validation };
}
