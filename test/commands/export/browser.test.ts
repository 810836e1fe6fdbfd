/** The page of a model in Chromium: it writes the texts of the command, and a network learns in it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readModelFile } from '../../../src/run/model-file.js';
import type { GenerationOptions } from '../../../src/sample/text-writer.js';
import { trainTokenizer } from '../../../src/text/tokenizers/index.js';
import { chromium, withoutChromium } from '../../outside-programs.js';
import { writeRandomModel } from '../../sample/trained-model.js';
import { smallText } from '../../train/run-fixture.js';
import { accessibilityProblems, openBrowser, openPage, type View } from '../report/open-page.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';
import { expectedText, pageSettings } from './page-texts.js';

const { folder, remove, write } = createWorkplace();
let browser: Browser;

const desktop: View = { width: 1280, height: 900, scheme: 'light' };
const views: readonly View[] = [
  desktop,
  { width: 1280, height: 900, scheme: 'dark' },
  { width: 390, height: 844, scheme: 'light' },
  { width: 390, height: 844, scheme: 'dark' },
];

async function open(name: string, view = desktop) {
  const opened = await openPage(browser, join(folder, name), view);
  onTestFinished(() => opened.close());
  await expect.poll(() => opened.page.locator('#write').isEnabled()).toBe(true);
  return opened;
}

/** Fills in the form, writes, and returns the text. */
async function written(page: Page, values: Partial<typeof pageSettings> = {}): Promise<string> {
  for (const [id, value] of Object.entries({ ...pageSettings, ...values })) await page.locator(`#${id}`).fill(value);
  await page.locator('#write').click();
  return ended(page);
}

async function ended(page: Page): Promise<string> {
  await expect.poll(() => page.locator('#status').textContent()).toMatch(/per second/);
  return (await page.locator('#text').textContent()) ?? '';
}

const textOf = (path: string, prompt: string, options: GenerationOptions) => expectedText(join(folder, path), prompt, options);

/** The bytes of the model in a page. */
function modelIn(name: string): Buffer {
  const html = readFileSync(join(folder, name), 'utf8');
  return Buffer.from(/<script type="text\/plain" id="model">([^<]*)</.exec(html)![1]!, 'base64');
}

/** A name that would run something, if it was read as HTML. */
const hostile = '<img/src=x/onerror=alert(1)>';

describe.skipIf(chromium === undefined)(`the page of a model in Chromium${withoutChromium}`, () => {
  beforeAll(async () => {
    write('text.txt', smallText(4000));
    write(
      'config.json',
      JSON.stringify({
        corpus: { path: 'text.txt' },
        model: { cell: { type: 'lstm' }, hiddenSize: 20 },
        training: { steps: 120, batchSize: 8, sequenceLength: 16, optimizer: { type: 'adam', learningRate: 0.02 } },
      }),
    );
    const bpe = trainTokenizer({ type: 'bpe', vocabularySize: 262 }, 'héllo wörld 漢字 '.repeat(20)).toJSON();
    writeRandomModel(folder, { tokenizer: bpe, range: 1.5 }, 'bytes.safetensors');
    const tokens = ['<unk>', '<eos>', hostile, '</script>', '\u202e', 'the'];
    writeRandomModel(folder, { tokenizer: { type: 'word', tokens }, range: 0.1 }, 'hostile.safetensors');
    const commands = [
      'train config.json --output run',
      'export run --to html -o page.html --with-training',
      ...['float16', 'int8'].map((precision) => `export run -o ${precision}.html --precision ${precision}`),
      'export bytes.safetensors --to html',
      'export hostile.safetensors --to html',
    ];
    for (const command of commands) {
      const { code, stderr } = await textloom(command.replace('', '').split(' '), folder);
      expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
    }
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    remove();
  });

  it('writes the texts of the command for 20 seeds, bit for bit', async () => {
    const { page, troubles } = await open('page.html');
    const texts: string[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      texts.push(await written(page, { seed: String(seed) }));
      expect(texts.at(-1)).toBe(await textOf('run', 'the ', { seed }));
    }
    expect(new Set(texts).size).toBe(20);
    const [command] = [await page.locator('#command').textContent()];
    expect(command).toBe("textloom sample model.safetensors --prompt 'the ' --temperature 0.8 --seed 20 --max-tokens 120");
    const { stdout } = await textloom(
      [...'sample run --temperature 0.8 --seed 20 --max-tokens 120 --prompt'.split(' '), 'the '],
      folder,
    );
    expect(stdout).toBe(`${texts[19]}\n`);
    expect(troubles).toEqual([]);
  });

  it('obeys temperature, top-p, a stop text and an empty prompt, as the command does', async () => {
    const { page, troubles } = await open('page.html');
    const all: [Partial<typeof pageSettings>, string, GenerationOptions][] = [
      [{ temperature: '0' }, 'the ', { temperature: 0 }],
      [{ temperature: '1.5', 'top-p': '0.5' }, 'the ', { temperature: 1.5, topP: 0.5 }],
      [{ 'stop-text': '\\n', length: '400' }, 'the ', { stop: ['\n'], maximumTokens: 400 }],
      [{ 'stop-text': 'at' }, 'the ', { stop: ['at'] }],
      [{ prompt: '' }, '', {}],
    ];
    for (const [values, prompt, options] of all)
      expect(await written(page, values)).toBe(await textOf('run', prompt, { seed: 1, ...options }));
    expect(troubles).toEqual([]);
  });

  it.each(['float16', 'int8'])('with weights in %s writes the texts of a model with these weights', async (precision) => {
    const { page, troubles } = await open(`${precision}.html`);
    writeFileSync(join(folder, `${precision}.safetensors`), modelIn(`${precision}.html`));
    expect(await written(page)).toBe(await textOf(`${precision}.safetensors`, 'the ', { seed: 1 }));
    expect(troubles).toEqual([]);
  });

  it('shows characters of several tokens, and those that are incomplete at the end', async () => {
    const { page, troubles } = await open('bytes.html');
    for (const seed of [1, 2, 3, 4]) {
      const text = await written(page, { prompt: 'héllo', seed: String(seed), length: '41' });
      expect(text).toBe(await textOf('bytes.safetensors', 'héllo', { seed, maximumTokens: 41 }));
    }
    expect(troubles).toEqual([]);
  });

  it('goes on from another token, as if the text up to there was the prompt', async () => {
    const { page, troubles } = await open('page.html');
    await written(page);
    const tokens = page.locator('#text span:not(.prompt)');
    const before = (await tokens.allTextContents()).slice(0, 10).join('');
    await tokens.nth(10).click();
    expect(await page.locator('#position').getAttribute('aria-valuetext')).toMatch(/^11: .+ %$/);
    const shares = await page.locator('#alternatives .share').allTextContents();
    expect(shares.length).toBeGreaterThan(5);
    const choice = page.locator('#alternatives button').nth(1);
    const other = (await choice.locator('.token').textContent())!.replace('␣', ' ').replace('↵', '\n');
    await choice.click();
    const text = await ended(page);
    expect(text).toBe(await textOf('run', `the ${before}${other}`, { seed: 1 }));
    expect(await page.locator('#text .chosen').allTextContents()).toEqual([other]);
    expect(await page.locator('#command').textContent()).toContain(`the ${before}${other}`);
    expect(troubles).toEqual([]);
  });

  it('is used with the keyboard alone', async () => {
    const { page, troubles } = await open('page.html');
    await page.locator('#prompt').focus();
    await page.keyboard.press('ControlOrMeta+Enter');
    const first = await ended(page);
    await page.locator('#position').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('#text .selected').textContent()).toBe([...first][2]);
    await page.locator('#alternatives button').first().focus();
    await page.keyboard.press('Enter');
    expect((await ended(page)).startsWith(first.slice(0, 2))).toBe(true);
    await page.locator('#position').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Escape');
    expect(await page.locator('#text .selected').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it('stops, writes another text with the next seed, and copies', async () => {
    const { page, troubles } = await open('page.html');
    await page.locator('#length').fill('20000');
    // Within the page, because a model this small writes its text in less than a second.
    await page.evaluate(`new MutationObserver(() => {
      if (document.querySelectorAll('#text span').length > 20) document.getElementById('stop').click();
    }).observe(document.getElementById('text'), { childList: true })`);
    await page.locator('#write').click();
    await ended(page);
    expect(await page.locator('#status').textContent()).toContain(', stopped');
    const whole = await textOf('run', '', { seed: 1, maximumTokens: 20000 });
    expect(whole.startsWith((await page.locator('#text').textContent())!)).toBe(true);
    await page.locator('#length').fill('50');
    await page.locator('#again').click();
    await expect.poll(() => page.locator('#status').textContent()).toMatch(/^50 tokens/);
    expect(await page.locator('#seed').inputValue()).toBe('2');
    const text = await ended(page);
    expect(text).toBe(await textOf('run', '', { seed: 2, maximumTokens: 50 }));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('#copy').click();
    await expect.poll(() => page.locator('#copy').textContent()).toBe('Copied');
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(text);
    expect(troubles).toEqual([]);
  });

  it('says which characters of a prompt the model does not know', async () => {
    const { page, troubles } = await open('page.html');
    await page.locator('#prompt').fill('the 漢');
    await page.locator('#write').click();
    await expect.poll(() => page.locator('#trouble').textContent()).toContain('漢');
    expect(await written(page)).toBe(await textOf('run', 'the ', { seed: 1 }));
    expect(await page.locator('#trouble').isVisible()).toBe(false);
    expect(troubles).toEqual([]);
  });

  it('shows hostile tokens as text', async () => {
    const { page, troubles } = await open('hostile.html');
    const text = await written(page, { prompt: 'the', temperature: '2', length: '60' });
    expect(text).toContain(hostile);
    await page.locator('#text span', { hasText: hostile }).first().click();
    expect(await page.locator('#alternatives').textContent()).toContain('</script>');
    expect(await page.locator('img').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  it.each([
    ['delete globalThis.WebAssembly', 'has none, or it is switched off'],
    ['WebAssembly.validate = () => false', 'vector instructions (SIMD) of WebAssembly, and this browser has none'],
  ])('says what a browser lacks: %s', async (script, message) => {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.addInitScript(script);
    await page.goto(`file://${join(folder, 'page.html')}`);
    expect(await page.getByRole('alert').textContent()).toContain(message);
    expect(await page.locator('#write').isEnabled()).toBe(false);
  });

  it.each(views)('has no fault of accessibility: $width x $height, $scheme', async (view) => {
    const { page, troubles } = await open('page.html', view);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.locator('#temperature').isVisible()).toBe(view.width > 640);
    await page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true");
    await written(page);
    await page.locator('#text span:not(.prompt)').nth(5).click();
    expect(await accessibilityProblems(page)).toEqual([]);
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBeLessThanOrEqual(view.width);
    expect(troubles).toEqual([]);
  });

  it('is less than 1 MB besides the weights', () => {
    const html = readFileSync(join(folder, 'page.html'), 'utf8');
    expect(html.length - modelIn('page.html').toString('base64').length).toBeLessThan(1e6);
  });

  it('trains a network to the bits of the command after 100 steps, shows loss and texts, and writes with it', async () => {
    const { page, troubles } = await open('page.html');
    const own = smallText(3000);
    await page.locator('#tab-learning').click();
    await page.locator('#text-source').selectOption('own');
    await page.locator('#own-text').fill(own);
    await page.locator('#network').selectOption('1');
    await page.locator('#steps').fill('100');
    await page.locator('#learn').click();
    await expect.poll(() => page.locator('#learned').isVisible()).toBe(true);
    expect(await page.locator('#learning-status').textContent()).toMatch(/^100 steps in .* validation loss \d\.\d{3}$/);
    expect(await page.locator('#samples li').count()).toBe(10);
    expect(await page.locator('#loss-chart circle').count()).toBe(10);
    expect(await page.locator('#chart-description').textContent()).toMatch(/training \d\.\d{3} at step 100, validation \d/);
    expect(await accessibilityProblems(page)).toEqual([]);

    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save-learned').click()]);
    await download.saveAs(join(folder, 'learned.safetensors'));
    const { config, ...learned } = readModelFile(join(folder, 'learned.safetensors'));
    write(
      'own.json',
      JSON.stringify({ ...(config as object), corpus: { ...(config as { corpus: object }).corpus, path: 'own.txt' } }),
    );
    write('own.txt', own);
    const { code, stderr } = await textloom(['train', 'own.json', '--output', 'own'], folder);
    expect([code, stderr.split('\n')[0]]).toEqual([0, expect.any(String)]);
    const { config: _, ...trained } = readModelFile(join(folder, 'own/model.safetensors'));
    expect(learned).toEqual(trained);

    await page.locator('#use-learned').click();
    await expect.poll(() => page.locator('#write').isEnabled()).toBe(true);
    expect(await written(page)).toBe(await textOf('learned.safetensors', 'the ', { seed: 1 }));
    expect(troubles).toEqual([]);
  });

  it('stops a training with the model so far, and says what is wrong with a text', async () => {
    const { page, troubles } = await open('page.html');
    await page.locator('#tab-learning').click();
    await page.locator('#text-source').selectOption('own');
    await page.locator('#network').selectOption('1');
    await page.locator('#own-text').fill('ab');
    await page.locator('#learn').click();
    await expect.poll(() => page.locator('#trouble').isVisible()).toBe(true);
    expect(await page.locator('#learn').isEnabled()).toBe(true);
    await page.locator('#own-text').fill(smallText(3000));
    await page.locator('#steps').fill('100000');
    await page.locator('#learn').click();
    await expect.poll(() => page.locator('#learning-status').textContent()).toMatch(/^Step \d+ of 100000/);
    await page.locator('#stop-learning').click();
    await expect.poll(() => page.locator('#learning-status').textContent()).toMatch(/ · stopped$/);
    expect(await page.locator('#learned').isVisible()).toBe(true);
    expect(troubles).toEqual([]);
  });
});
