import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PageData } from '../../../src/report/page-data.js';
import { expectClosedPage } from '../../report/expected-page.js';
import { textloom } from '../textloom.js';
import { createWorkplace, smallConfig } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);

const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const report = (...args: string[]) => textloom(['report', ...args], folder);
const sections = ['findings', 'steps', 'gradient-flow', 'memory', 'tracking-units', 'fit'];
const sectionsIn = (page: string) => sections.filter((id) => page.includes(`<section id="${id}"`));
const sectionOf = (page: string, id: string) => {
  const start = page.indexOf(`<section id="${id}"`);
  return page.slice(start, page.indexOf('</section>', start));
};
const filesOf = (name: string) =>
  readdirSync(join(folder, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name: file }) => [join(parentPath, file), readFileSync(join(parentPath, file), 'latin1')]);

/** A copy of the run with other text in its config. */
function copyOfRun(name: string, from: string | RegExp, to: string): string {
  cpSync(join(folder, 'runs/first'), join(folder, name), { recursive: true });
  write(`${name}/config.yaml`, read(`${name}/config.yaml`).replace(from, to));
  return name;
}

beforeAll(async () => {
  write('held-out.txt', 'The crow saw the fox.\nThe fox saw the crow.\n\n'.repeat(20));
  write('small.yaml', smallConfig.replace('path: corpus.txt', 'train: corpus.txt, validation: held-out.txt, test: test.txt'));
  write('other.txt', 'The fox saw the fox.\n'.repeat(60));
  write('test.txt', 'The crow saw the crow.\nThe fox saw the fox.\n\n'.repeat(20));
  const steps = ['--set', 'training.steps=60', '--set', 'training.validation.everySteps=20'];
  for (const [name, ...settings] of [
    ['first'],
    ['second', '--set', 'model.initialization.forgetBias=-5'],
    ['both', '--set', 'model.bidirectional=true'],
  ]) {
    const { code, stderr } = await textloom(['train', 'small.yaml', '--output', `runs/${name}`, ...steps, ...settings], folder);
    expect(code, stderr).toBe(0);
  }
});

describe('the diagnosis in textloom report', () => {
  it('shows what diagnose measures, and changes nothing in the run', async () => {
    const before = filesOf('runs/first');
    const { code, stderr } = await report('runs/first', '-o', 'first.html');
    expect(code, stderr).toBe(0);
    expect(filesOf('runs/first')).toEqual(before);
    const page = read('first.html');
    expectClosedPage(page);
    expect(sectionsIn(page)).toEqual(sections);
    const { flow, steps, fit, states } = JSON.parse((await textloom(['diagnose', 'runs/first', '--json'], folder)).stdout);
    const data: PageData = JSON.parse(/<script type="application\/json" id="page-data">(.*?)<\/script>/s.exec(page)![1]!);
    const chart = data.charts.find(({ id }) => id === 'chart-flow')!;
    const shares = flow[0].norms.map((norm: number) => norm / flow[0].norms[0]);
    for (const [i, value] of chart.series[0]!.values.entries()) expect(value).toBeCloseTo(shares[i], 5);
    expect(chart.axis!.marks).toEqual([{ at: 10, name: 'training window: 10' }]);
    expect(sectionOf(page, 'gradient-flow')).toContain(`<bdi>${flow[0].rate.toFixed(3)}</bdi>`);
    expect(sectionOf(page, 'steps')).toContain(steps.updates[0].name);
    expect(sectionOf(page, 'fit')).toContain(`>${fit.gap.validation.natsPerToken.toFixed(4)}</text>`);
    expect(sectionOf(page, 'memory')).toContain(`<bdi>${states.exponents[0].exponents[0].toFixed(3)}</bdi>`);
    expect(sectionOf(page, 'tracking-units')).toMatch(/which follows: .*<span class="heat-\d" title="-?\d\.\d\d">/s);
  });

  it('shows findings with their changes, of several runs side by side', async () => {
    const { code, stderr } = await report('runs/first', 'runs/second', '-o', 'several.html');
    expect(code, stderr).toBe(0);
    const page = read('several.html');
    const findings = sectionOf(page, 'findings');
    expect(findings).toMatch(/second: \d findings?/);
    expect(findings).toContain('forgets its state at once before the training');
    expect(findings).toContain('<pre><code>model:\n  initialization:\n    forgetBias: 1</code></pre>');
    expect(findings).toContain('<code>--set model.initialization.forgetBias=1</code>');
    expect(page).toContain('"title":"Gradient by steps back: layer 1"');
  });

  it.each(['no-diagnosis', 'logs-only'])('is left out with --%s', async (flag) => {
    const { code, stderr } = await report('runs/first', `--${flag}`, '-o', `${flag}.html`);
    expect(code, stderr).toBe(0);
    expect(sectionsIn(read(`${flag}.html`))).toEqual([]);
  });

  const causes: readonly [cause: string, make: () => string, reason: string][] = [
    ['its corpus is gone', () => copyOfRun('runs/gone', /train: .*corpus.txt/, 'train: gone.txt'), 'gone.txt'],
    [
      'its training text has changed',
      () => copyOfRun('runs/changed', /train: .*corpus.txt/, 'train: ../../other.txt'),
      'is not the one',
    ],
    [
      'it names a device',
      () => copyOfRun('runs/device', /validation: .*held-out.txt/, 'validation: /dev/null'),
      'is not a regular file',
    ],
    [
      'it would take minutes',
      () => copyOfRun('runs/large', /batchSize: 4\n( *)sequenceLength: 10/, 'batchSize: 60000\n$1sequenceLength: 60000'),
      'would take minutes',
    ],
    [
      'it has no checkpoint',
      () => {
        const name = copyOfRun('runs/model', '', '');
        rmSync(join(folder, name, 'checkpoints'), { recursive: true });
        return name;
      },
      'checkpoint',
    ],
  ];
  // Windows has no such file.
  const here = causes.filter(([cause]) => process.platform !== 'win32' || cause !== 'it names a device');
  it.each(here)('says in one line that a run cannot be diagnosed because %s, and writes the rest', async (_, make, reason) => {
    const run = make();
    const { code, stderr } = await report(run, '-o', `${run}.html`);
    expect(code, stderr).toBe(0);
    const page = read(`${run}.html`);
    expect(sectionsIn(page)).toEqual(['findings']);
    const line = /<p>(not diagnosed: [^<]*)<\/p>/.exec(sectionOf(page, 'findings'))![1];
    expect(line).toContain(reason);
    expect(page).toContain('<section id="curves"');
  });

  it('shows the forward direction of a model that reads in both, and says so', async () => {
    expect((await report('runs/both', '-o', 'both.html')).code).toBe(0);
    const page = read('both.html');
    expect(sectionsIn(page)).toContain('gradient-flow');
    expect(sectionOf(page, 'findings')).toContain('Note: this model reads in both directions');
  });

  it('does not show a text that the config of a run only names', async () => {
    const run = copyOfRun('runs/thief', 'held-out.txt', 'secret.txt');
    // Of characters that the training text has, too.
    write('secret.txt', `The crow saw the secret.\n\n${read('held-out.txt')}`);
    const { code, stderr } = await report(run, '-o', 'thief.html');
    expect(code, stderr).toBe(0);
    const page = read('thief.html');
    expect(sectionsIn(page)).toEqual(sections);
    expect(sectionOf(page, 'findings')).toContain('the validation text is not the one of this run so far');
    expect(sectionOf(page, 'tracking-units')).not.toContain('class="heat-');
    expect(page.replace(/<[^>]*>/g, '')).not.toContain('saw the secret');
  });

  it('gives the losses of the model the intervals of evaluate', async () => {
    await report('runs/first', '--no-diagnosis', '-o', 'intervals.html');
    const page = sectionOf(read('intervals.html'), 'model');
    for (const split of ['validation', 'test']) {
      const outcome = await textloom(['evaluate', 'runs/first', '--split', split, '--json'], folder);
      const { confidenceInterval } = JSON.parse(outcome.stdout);
      const row = new RegExp(`<bdi>This model[^<]*${split}</bdi>.*`).exec(page)![0];
      const { natsPerToken, perplexity } = confidenceInterval;
      expect(row).toContain(`<bdi>${natsPerToken.map((bound: number) => bound.toFixed(4)).join(' to ')}</bdi>`);
      expect(row).toContain(`<bdi>${perplexity.map((bound: number) => bound.toFixed(2)).join(' to ')}</bdi>`);
    }
    expect(/<bdi>Uniform guess<\/bdi>.*/.exec(page)![0]).toContain('<bdi>–</bdi>');
    await report('runs/first', '--logs-only', '-o', 'no-intervals.html');
    expect(sectionOf(read('no-intervals.html'), 'model')).toContain('The losses have no intervals, because');
    await report('runs/first', 'runs/second', '--no-diagnosis', '-o', 'compared.html');
    const compared = sectionOf(read('compared.html'), 'runs');
    expect(compared.match(/<bdi>\d\.\d{4} to \d\.\d{4}<\/bdi>/g)).toHaveLength(4);
  });

  it('is in the Markdown form with pictures', async () => {
    const { code, stderr } = await report('runs/first', '--format', 'md', '-o', 'card.md');
    expect(code, stderr).toBe(0);
    const text = read('card.md');
    for (const heading of ['Findings', 'Gradient flow by lag', 'Memory, gates and units', 'Fit and calibration'])
      expect(text).toContain(`\n## ${heading}\n`);
    expect(readdirSync(join(folder, 'card-pictures'))).toEqual(
      expect.arrayContaining([
        ...['chart-flow.svg', 'chart-memory.svg', 'chart-calibration-0.svg', 'updates-0.svg', 'gates-0.svg'],
        ...['gap-0.svg', 'loss-frequency-0.svg', 'loss-novelty-0.svg'],
      ]),
    );
    const flow = read('card-pictures/chart-flow.svg');
    for (const label of ['training window: 10', 'Steps back →', '1%']) expect(flow).toContain(`>${label}</text>`);
  });
});
