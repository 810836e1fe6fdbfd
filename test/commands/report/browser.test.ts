/** The page of a report in Chromium: what only a browser shows. */
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { chromium, withoutChromium } from '../../outside-programs.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';
import { accessibilityProblems, inkOfCharts, openBrowser, openPage, type View } from './open-page.js';

const { folder, remove } = createWorkplace();
let browser: Browser;

const views: readonly View[] = [
  { width: 1280, height: 900, scheme: 'light' },
  { width: 1280, height: 900, scheme: 'dark' },
  { width: 390, height: 844, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
];
const [desktop] = views as [View];

/** A name that would run something, if it was read as HTML. */
const hostile = '<img src=x onerror=alert(1)><script>alert(2)<';

async function openReport(view: View, name = 'report.html') {
  const opened = await openPage(browser, join(folder, name), view);
  onTestFinished(() => opened.close());
  return opened;
}

describe.skipIf(chromium === undefined)(`the page of a report in Chromium${withoutChromium}`, () => {
  beforeAll(async () => {
    const set = ['training.steps=80', 'training.validation.everySteps=20', 'training.objective.activation=1'];
    for (const [name, setting] of [
      ['run', 'model={"embedding":{"size":6},"layers":[{"type":"lstm","size":8},{"type":"attention","size":8}]}'],
      ['slow', 'training.optimizer.learningRate=0.1'],
    ]) {
      const values = [...set, setting].flatMap((one) => ['--set', String(one)]);
      const trained = await textloom(['train', 'small.yaml', '--output', String(name), ...values], folder);
      expect(trained.code, trained.stderr).toBe(0);
    }
    renameSync(join(folder, 'slow'), join(folder, hostile));
    const sample = { step: 80, epoch: 1, prompt: hostile, text: `</script>${hostile}</blockquote>\0\u202e${'x'.repeat(1e5)}` };
    writeFileSync(join(folder, hostile, 'samples.jsonl'), `${JSON.stringify(sample)}\n`);
    const { code, stderr } = await textloom(['report', 'run', hostile], folder);
    expect(code, stderr).toBe(0);
    const card = await textloom(['report', 'run', hostile, '--format', 'md', '-o', 'card.md'], folder);
    expect(card.code, card.stderr).toBe(0);
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    remove();
  });

  it.each(views)('draws its charts and says nothing, $width wide and $scheme', async (view) => {
    const { page, troubles } = await openReport(view);
    const ink = await inkOfCharts(page);
    expect(ink).toHaveLength(await page.locator('.place').count());
    expect(Math.min(...ink)).toBeGreaterThan(1000);
    // Nothing is wider than the screen, except what is scrolled by itself.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(view.width);
    expect(troubles).toEqual([]);
  });

  it.each(views)('breaks no rule of axe-core, $width wide and $scheme', async (view) => {
    const { page, troubles } = await openReport(view);
    await page.evaluate('for (const folded of document.querySelectorAll("details")) folded.open = true');
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('is reached with the keyboard, each control once', async () => {
    const { page } = await openReport(desktop);
    const controls = 'a[href], button, summary, input, [tabindex="0"]';
    const count = await page.evaluate(`{
      const found = [...document.querySelectorAll('${controls}')].filter((one) => one.checkVisibility());
      found.forEach((one, i) => one.setAttribute('data-number', i));
      found.length;
    }`);
    expect(count).toBeGreaterThan(30);
    const reached: unknown[] = [];
    for (let i = 0; i < Number(count); i++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate('document.activeElement.getAttribute("data-number")'));
    }
    expect(reached).toEqual(Array.from({ length: Number(count) }, (_, i) => String(i)));
  });

  it('reads values, zooms and shows all with keys in a chart', async () => {
    const { page, troubles } = await openReport(desktop);
    const chart = page.locator('#chart-loss');
    const plot = chart.getByRole('slider', { name: 'Loss by step' });
    await plot.focus();
    await page.keyboard.press('Home');
    const text = () => plot.getAttribute('aria-valuetext');
    expect(await text()).toMatch(/^step 10: run training \d\.\d+/);
    await page.keyboard.press('Shift+ArrowRight');
    expect(await text()).toMatch(/^step 20: run training \d\.\d+, run validation \d\.\d+/);
    await page.keyboard.press('End');
    expect(await text()).toMatch(/^step 80:/);
    expect(await chart.locator('.readout').textContent()).toBe('Step 80');
    await page.keyboard.press('+');
    await page.keyboard.press('Home');
    expect(await text()).toMatch(/^step 50:/);
    // The other charts show the same steps.
    const rate = page.locator('#chart-rate').getByRole('slider');
    await rate.focus();
    await page.keyboard.press('Home');
    expect(await rate.getAttribute('aria-valuetext')).toMatch(/^step 50:/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    expect(await rate.getAttribute('aria-valuetext')).toMatch(/^step 10:/);
    expect(troubles).toEqual([]);
  });

  it('reads and zooms the charts of the diagnosis together, apart from those of the steps', async () => {
    const { page, troubles } = await openReport(desktop);
    const flow = page.locator('#chart-flow-0').getByRole('slider', { name: 'Gradient by steps back: layer 1 by steps back' });
    await flow.focus();
    await page.keyboard.press('Home');
    expect(await flow.getAttribute('aria-valuetext')).toMatch(/^steps back 1: run 1, run before the training 1, .* 1% 0\.01$/);
    expect(await page.locator('#chart-flow-0 .readout').textContent()).toBe('Steps back 1');
    await page.keyboard.press('+');
    await page.keyboard.press('End');
    // Half of a logarithmic axis of 64 steps.
    expect(await flow.getAttribute('aria-valuetext')).toMatch(/^steps back 8:/);
    const loss = page.locator('#chart-loss').getByRole('slider');
    await loss.focus();
    await page.keyboard.press('End');
    expect(await loss.getAttribute('aria-valuetext')).toMatch(/^step 80:/);
    expect(troubles).toEqual([]);
  });

  it('draws the pictures of the diagnosis, each with a table of its values', async () => {
    const { page, troubles } = await openReport(desktop);
    await page.evaluate('for (const folded of document.querySelectorAll("details")) folded.open = true');
    for (const title of ['Change of each weight matrix in a step', 'Gates', 'Loss on training and validation text']) {
      const figure = page.locator('figure', { has: page.getByRole('heading', { name: title, exact: true }) }).first();
      const bars = figure.locator('svg rect[height="14"]');
      const box = await bars.first().boundingBox();
      expect(box!.width, title).toBeGreaterThan(5);
      expect(await figure.locator('tbody tr').count(), title).toBeGreaterThan(1);
    }
    expect(troubles).toEqual([]);
  });

  it('zooms by dragging, and shows the values under the pointer', async () => {
    const { page, troubles } = await openReport(desktop);
    const chart = page.locator('#chart-loss');
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.locator('.u-over').boundingBox())!;
    const at = (share: number) => [box.x + share * box.width, box.y + box.height / 2] as const;
    await page.mouse.move(...at(0.5));
    await page.mouse.down();
    await page.mouse.move(...at(0.98));
    await page.mouse.up();
    const plot = chart.getByRole('slider');
    await plot.focus();
    await page.keyboard.press('Home');
    expect(await plot.getAttribute('aria-valuetext')).toMatch(/^step 50:/);
    await chart.getByRole('button', { name: 'show all steps' }).click();
    await page.mouse.move(...at(0));
    await expect.poll(() => chart.locator('.readout').textContent()).toBe('Step 10');
    expect(await chart.locator('.legend button').first().textContent()).toMatch(/^run training \d/);
    expect(troubles).toEqual([]);
  });

  it('hides lines, runs, and the linear axis', async () => {
    const { page, troubles } = await openReport(desktop);
    const inkOfLoss = async () => (await inkOfCharts(page))[0]!;
    const all = await inkOfLoss();
    const line = page.locator('#chart-loss .legend button').first();
    await line.click();
    expect(await line.getAttribute('aria-pressed')).toBe('false');
    expect(await inkOfLoss()).toBeLessThan(all);
    await line.click();
    expect(await inkOfLoss()).toBe(all);
    await page.getByRole('checkbox', { name: 'run', exact: true }).uncheck();
    expect(await line.getAttribute('aria-pressed')).toBe('false');
    const scale = page.locator('#chart-rate').getByRole('button', { name: 'Logarithmic' });
    await scale.click();
    expect(await scale.getAttribute('aria-pressed')).toBe('true');
    expect(Math.min(...(await inkOfCharts(page)))).toBeGreaterThan(1000);
    expect(troubles).toEqual([]);
  });

  it('follows the colours of the system while it is open, and prints without controls', async () => {
    const { page, troubles } = await openReport(desktop);
    const picture = () => page.evaluate('document.querySelector("canvas").toDataURL()');
    const light = await picture();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(picture).not.toBe(light);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(picture).toBe(light);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.controls').first().isVisible()).toBe(false);
    expect(await page.locator('canvas').first().isVisible()).toBe(true);
    const folded = page.locator('details.folded');
    const open = () => folded.evaluateAll((all) => all.map((one) => (one as unknown as { open: boolean }).open));
    const before = await open();
    expect(before).toContain(false);
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await open()).toEqual(before.map(() => true));
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(await open()).toEqual(before);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    expect(troubles).toEqual([]);
  });

  it('shows hostile names and texts as text', async () => {
    const { page, troubles } = await openReport(desktop);
    expect(await page.locator('label', { hasText: hostile }).count()).toBe(1);
    const sample = await page.locator('#samples blockquote').first().textContent();
    expect(sample).toContain(`${hostile}</script>${hostile}</blockquote>\\u{0}\\u{202e}xxx`);
    expect(sample!.length).toBeLessThan(2000);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.evaluate('document.scripts.length')).toBe(2);
    expect(troubles).toEqual([]);
  });

  it('shows the pictures of a Markdown report, which are XML without errors', async () => {
    const names = readdirSync(join(folder, 'card-pictures'));
    expect(names).toEqual(
      expect.arrayContaining([
        ...['chart-loss.svg', 'attention-0-1.svg', 'embedding-0.svg', 'embedding-1.svg'],
        ...['chart-flow-0.svg', 'chart-calibration-0.svg', 'updates-1.svg', 'gates-0.svg', 'tracking-units-1-0.svg'],
      ]),
    );
    for (const name of names) {
      const { page, troubles } = await openReport(desktop, join('card-pictures', name));
      const found = await page.evaluate(
        '[document.documentElement.nodeName, document.querySelectorAll("parsererror, script").length, document.querySelectorAll("text").length > 5]',
      );
      expect([name, found]).toEqual([name, ['svg', 0, true]]);
      expect(troubles).toEqual([]);
    }
  });
});
