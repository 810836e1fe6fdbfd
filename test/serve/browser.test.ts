/** The page of a server in Chromium. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { accessibilityProblems, openBrowser, openPage, type View } from '../commands/report/open-page.js';
import { textloom } from '../commands/textloom.js';
import { chromium, withoutChromium } from '../outside-programs.js';
import { writeRandomModel } from '../sample/trained-model.js';
import { type RunningServer, startServer } from './running-server.js';

const KEY = 'a-key-that-nobody-knows';
const desktop: View = { width: 1280, height: 900, scheme: 'light' };
const phoneAtNight: View = { width: 390, height: 844, scheme: 'dark' };

let browser: Browser;
let server: RunningServer;

async function open(path = '/', view = desktop) {
  const opened = await openPage(browser, new URL(path, server.url), view);
  onTestFinished(() => opened.close());
  return opened;
}

const ready = (page: Page) => expect.poll(() => page.locator('#write').isEnabled()).toBe(true);

/** Writes 60 tokens after a prompt. */
async function written(page: Page, prompt: string, seed: number): Promise<string> {
  for (const [id, value] of Object.entries({ prompt, seed: String(seed), length: '60' }))
    await page.locator(`#${id}`).fill(value);
  await page.locator('#write').click();
  await expect.poll(() => page.locator('#status').textContent()).toMatch(/per second/);
  return (await page.locator('#text').textContent()) ?? '';
}

async function answered(model: string, prompt: string, seed: number): Promise<string> {
  const { choices } = await server.client.completions.create({
    model,
    prompt,
    seed,
    max_tokens: 60,
    temperature: 0.8,
    echo: true,
  });
  return choices[0]!.text;
}

describe.skipIf(chromium === undefined)(`the page of a server in Chromium${withoutChromium}`, () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());
  afterEach(() => server?.stop(0));

  it('writes the texts of sample and of the server, and shows the request for the same text', async () => {
    server = await startServer();
    const { page, troubles } = await open();
    await ready(page);
    const folder = mkdtempSync(join(tmpdir(), 'textloom-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = writeRandomModel(folder, { range: 0.6 });
    for (const seed of [1, 2, 3]) {
      const text = await written(page, 'the fox', seed);
      const flags = `--prompt the_fox --temperature 0.8 --seed ${seed} --max-tokens 60`.split(' ');
      const { stdout } = await textloom(['sample', path, ...flags.map((flag) => flag.replace('_', ' '))], folder);
      expect(stdout).toBe(`${text}\n`);
      expect(text).toBe(await answered('characters', 'the fox', seed));
    }
    const command = (await page.locator('#command').textContent())!;
    const body = JSON.parse(/ -d '(.*)'$/.exec(command)![1]!);
    expect(command).toContain(`curl -s ${server.url}/v1/completions -H 'content-type: application/json'`);
    expect(body).toEqual({ model: 'characters', prompt: 'the fox', temperature: 0.8, seed: 3, max_tokens: 60 });
    expect(await page.locator('h1').textContent()).toBe('characters');
    expect(await page.locator('#summary').textContent()).toMatch(/^LSTM.* parameters · writes characters$/);
    expect(await page.locator('#model-card').textContent()).toContain('22 characters');
    await page.locator('#text span:not(.prompt)').nth(5).click();
    expect(await page.locator('#alternatives button').count()).toBeGreaterThan(5);
    expect(troubles).toEqual([]);
  });

  it('lets a person choose a model, also by the address, and says which ones cannot write here', async () => {
    server = await startServer({ names: ['characters', 'words', 'backward'] });
    const { page, troubles } = await open('/?model=words');
    await ready(page);
    expect(await page.locator('#served-model').inputValue()).toBe('words');
    expect(await written(page, 'the fox', 4)).toBe(await answered('words', 'the fox', 4));
    await page.locator('#served-model').selectOption('characters');
    await ready(page);
    expect(await page.locator('#result').isVisible()).toBe(false);
    expect(await written(page, 'the fox', 4)).toBe(await answered('characters', 'the fox', 4));
    expect(new URL(page.url()).search).toBe('?model=characters');
    expect(troubles).toEqual([]);
    await page.locator('#served-model').selectOption('backward');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('backward reads backward');
    expect(await page.locator('#write').isEnabled()).toBe(false);
    const other = await open('/?model=%3Cimg%3E');
    await ready(other.page);
    await expect.poll(() => other.page.getByRole('alert').textContent()).toContain('no model <img> here; this is characters');
  });

  it('asks for the key, and stores it nowhere', async () => {
    server = await startServer({ key: KEY });
    const { page, troubles } = await open();
    expect(await page.locator('#writing').isVisible()).toBe(false);
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.locator('#key').fill('a-key-that-is-another');
    await page.locator('#unlock').click();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('not the API key');
    await page.locator('#key').fill(KEY);
    await page.keyboard.press('Enter');
    await ready(page);
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(troubles).toEqual([expect.stringContaining('401')]);
    expect(await written(page, 'the fox', 4)).toBe(await answered('characters', 'the fox', 4));
    expect(await page.locator('#command').textContent()).toContain('-H "authorization: Bearer $TEXTLOOM_API_KEY"');
    const stored = 'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])';
    expect(await page.evaluate(stored)).toBe(JSON.stringify([{}, {}, '', `${server.url}/`]));
  });

  it.each([desktop, phoneAtNight])('has no fault of accessibility: $width x $height, $scheme', async (view) => {
    server = await startServer({ names: ['characters', 'words'] });
    const { page, troubles } = await open('/', view);
    await ready(page);
    await page.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true");
    await written(page, 'the fox', 4);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(view.width);
    expect(troubles).toEqual([]);
  });

  it('says that the server has stopped', async () => {
    server = await startServer({ names: ['characters', 'words'] });
    const { page } = await open();
    await ready(page);
    await server.stop(0);
    await page.locator('#served-model').selectOption('words');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('The server does not answer');
  });
});
