/** The section of a report about a search. Its journal is written without training anything. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createJournal, searchLayout } from '../../../src/tune/search-journal.js';
import { chromium, withoutChromium } from '../../outside-programs.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';
import { accessibilityProblems, openBrowser, openPage, type View } from './open-page.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);

const hostile = '<script>alert(1)</script>';
const count = 30;

/** Candidate i has the learning rate 0.001 * 1.2^i and the loss 1 + |i - 12| / 10; every tenth diverges, every third goes on. */
function writeSearch(name: string): void {
  mkdirSync(join(folder, name));
  const search = ['training.optimizer.learningRate=log(0.001,1)', `model.cell.type="${hostile}",gru`];
  const setup = { config: `${hostile}.yaml`, search, rungs: [20, 60], reduction: 3, seed: 1 };
  const journal = createJournal(searchLayout(join(folder, name)).journal, setup);
  journal.session({ trials: count });
  const train = (run: Parameters<typeof journal.begin>[0], loss: number) => {
    journal.begin(run, 1);
    journal.end(run, { loss, steps: 20, seconds: 1 }, 2);
  };
  for (const [seed, loss] of [2.5, 2.4, 2.6].entries()) train({ kind: 'ready', seed: 1 + seed }, loss);
  let rate = 0.001;
  for (let trial = 0; trial < count; trial++, rate *= 1.2) {
    const changes = [
      `training.optimizer.learningRate=${rate.toPrecision(4)}`,
      `model.cell.type=${trial % 2 ? '"gru"' : JSON.stringify(hostile)}`,
    ];
    const point = [Math.log(rate / 0.001) / Math.log(1000), trial % 2 ? 0.75 : 0.25];
    const loss = trial % 10 === 9 ? Number.POSITIVE_INFINITY : 1 + Math.abs(trial - 12) / 10;
    train({ kind: 'candidate', trial, point, rung: 0, changes }, loss);
    if (trial % 3 === 0 && Number.isFinite(loss)) train({ kind: 'candidate', trial, point, rung: 1, changes }, loss - 0.5);
  }
  for (const [seed, loss] of [0.6, 0.7].entries()) train({ kind: 'repeat', trial: 12, seed: 2 + seed }, loss);
  journal.close();
}

beforeAll(async () => {
  writeSearch('found');
  for (const form of [[], ['--format', 'md', '-o', 'found.md']]) {
    const { code, stdout, stderr } = await textloom(['report', 'found', ...form], folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('report of 1 search');
  }
});

describe('the report of a search', () => {
  it('says whether a candidate is better, and has the best candidates and the importance of keys as tables', () => {
    const text = readFileSync(join(folder, 'found.md'), 'utf8');
    // Student's t with three degrees of freedom: 3.182 * sqrt(0.025 / 3 * (1 / 3 + 1 / 2)) = 0.2652.
    expect(text).toContain('Candidate 12 is better than ');
    expect(text).toContain('by 1.8500 nats per token \\(95% interval 1.5966 to 2.1034\\)');
    const rows = text.split('\n').filter((line) => /^\| \d+ \|/.test(line));
    expect(rows).toHaveLength(20);
    expect(rows[0]).toBe('| 12 | 0.008916 | \\<script\\>alert\\(1\\)\\</script\\> | 60 | 0.5000 | 0.6500 ± 0.0707 \\(2\\) |');
    expect(text).toContain('The best 20 of 30 candidates, the best first');
    expect(text).toMatch(/\| training\.optimizer\.learningRate \| \d+% \|/);
    expect(text).toContain(
      '![Values of 27 candidates, how long they were trained, and their loss](found-pictures/candidates-0.svg)',
    );
  });

  it('has a picture with an axis for each key, the steps and the loss, and a line for each candidate, the best in front', () => {
    const svg = readFileSync(join(folder, 'found-pictures/candidates-0.svg'), 'utf8');
    const lines = [...svg.matchAll(/<title>candidate (\d+): [^<]*<\/title><path d="M([^"]+)" fill="none" ([^/]*)\/>/g)];
    expect(lines).toHaveLength(count - 3);
    const [, best, path, stroke] = lines.at(-1)!;
    expect([best, stroke]).toEqual(['12', 'stroke="var(--series-1)" stroke-width="3"']);
    const points = path!.split('L').map((point) => point.split(' ').map(Number));
    expect(points).toHaveLength(4);
    // From 380 at the bottom of an axis to 44 at its top: log10(0.008916 / 0.001) / 3, the first of two choices, the last rung, the lowest loss.
    const heights = [0.950171 / 3, 0.25, 1, 0].map((share) => 380 - share * 336);
    for (const [i, height] of heights.entries()) expect(points[i]![1]).toBeCloseTo(height, 1);
    for (const name of ['learningRate', 'type', 'steps', 'loss', 'gru']) expect(svg).toContain(`>${name}</text>`);
    expect(svg).not.toContain(hostile);
  });

  it('is also written for several searches, and with runs', async () => {
    writeSearch('other');
    await textloom(['train', 'small.yaml', '--quiet'], folder);
    const { stdout } = await textloom(['report', 'found', 'other', 'runs/small', '-o', 'all.md', '--format', 'md'], folder);
    expect(stdout).toContain('all.md: report of 1 run and 2 searches');
    const text = readFileSync(join(folder, 'all.md'), 'utf8');
    expect(text).toContain('# 2 searches: found, other');
    expect(text).toContain('### found\n');
    expect(text).toContain('all-pictures/candidates-1.svg');
    expect(text).toContain('## Model\n');
  });

  it('is refused for a broken journal, with its line, and not written for TensorBoard', async () => {
    mkdirSync(join(folder, 'broken'));
    write('broken/search.jsonl', `${readFileSync(join(folder, 'found/search.jsonl'), 'utf8')}{"type":"no"}\n`);
    const lines = readFileSync(join(folder, 'broken/search.jsonl'), 'utf8').split('\n').length - 1;
    expectRefusal(await textloom(['report', 'broken', '-o', 'x.html'], folder), {
      code: 4,
      says: `broken/search.jsonl, line ${lines}: it is not a line of a search`,
    });
    expectRefusal(await textloom(['report', 'found', '--to', 'tensorboard'], folder), { code: 2, says: 'found' });
  });
});

const views: readonly View[] = [
  { width: 1280, height: 900, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
];

describe.skipIf(chromium === undefined)(`the page of a search in Chromium${withoutChromium}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  it.each(views)('is accessible and no wider than the screen, $width wide and $scheme', async (view) => {
    const { page, troubles, close } = await openPage(browser, join(folder, 'report.html'), view);
    onTestFinished(close);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(view.width);
    expect(await page.locator('svg.picture path').count()).toBe(count - 3);
    expect(troubles).toEqual([]);
  });
});
