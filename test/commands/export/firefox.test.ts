/** The page of a model, from a disk and from a server, in Firefox, whose engines for JavaScript and WebAssembly are others than those of Node. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { firefox, withoutFirefox } from '../../outside-programs.js';
import { writeRandomModel } from '../../sample/trained-model.js';
import { startServer } from '../../serve/running-server.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';
import { expectedText, pageSettings } from './page-texts.js';

/** Milliseconds: on a busy machine Firefox takes long to become idle, for which it waits before it answers. */
const PATIENCE = 300_000;

const { folder, remove } = createWorkplace();
let browser: Browser;

/** Opens a page. Requests but those to its server, messages, errors and violations of the content security policy become troubles. */
async function open(url: URL): Promise<{ page: Page; troubles: string[] }> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE);
  const troubles: string[] = [];
  page.on('console', (message) => troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error: ${error}`));
  page.on('request', (request) => {
    // Neither reads anything: a blob is the code of the worker, and Firefox has a font of its own in such an address.
    const { origin, href } = new URL(request.url());
    const isOwn = url.protocol === 'file:' ? href === url.href : origin === url.origin;
    if (!isOwn && !/^(blob|data):/.test(href)) troubles.push(`request: ${href}`);
  });
  await page.goto(url.href);
  await page.waitForSelector('#write:enabled');
  return { page, troubles };
}

const openFile = (name: string) => open(pathToFileURL(join(folder, name)));

/** Fills in the form, writes, and returns the text. */
async function written(page: Page, values: Partial<typeof pageSettings>): Promise<string> {
  const fields = JSON.stringify({ ...pageSettings, ...values });
  await page.evaluate(`for (const [id, value] of Object.entries(${fields})) {
    document.getElementById(id).value = value;
    document.getElementById(id).dispatchEvent(new Event('input'));
  }`);
  await page.click('#write');
  await page.waitForFunction("/per second/.test(document.getElementById('status').textContent)");
  return String(await page.evaluate("document.getElementById('text').textContent"));
}

describe.skipIf(firefox === undefined)(`the page of a model in Firefox${withoutFirefox}`, () => {
  beforeAll(async () => {
    writeRandomModel(folder, { range: 0.6 }, 'characters.safetensors');
    writeRandomModel(folder, { range: 1.5, tokenizer: { type: 'byte' }, cell: { type: 'gru' } }, 'bytes.safetensors');
    for (const name of ['characters', 'bytes']) {
      const { code, stderr } = await textloom(['export', `${name}.safetensors`, '--to', 'html'], folder);
      expect(code, stderr).toBe(0);
    }
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefox!,
      timeout: PATIENCE,
      protocolTimeout: PATIENCE,
    });
  });
  afterAll(async () => {
    await browser?.close();
    remove();
  });

  it('writes the texts of the command for 20 seeds, bit for bit, without a message or a request', async () => {
    const { page, troubles } = await openFile('characters.html');
    const texts: string[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      texts.push(await written(page, { seed: String(seed) }));
      expect(texts.at(-1)).toBe(await expectedText(join(folder, 'characters.safetensors'), 'the ', { seed }));
    }
    expect(new Set(texts).size).toBe(20);
    expect(troubles).toEqual([]);
  });

  it('writes the same at a server', async () => {
    const server = await startServer({ names: ['characters', 'words'] });
    onTestFinished(() => server.stop(0));
    const { page, troubles } = await open(new URL(server.url));
    const text = await written(page, { seed: '7' });
    expect(text).toBe(await expectedText(join(folder, 'characters.safetensors'), 'the ', { seed: 7 }));
    expect(troubles).toEqual([]);
  });

  it('shows characters of several tokens, and goes on from another token', async () => {
    const { page, troubles } = await openFile('bytes.html');
    const model = join(folder, 'bytes.safetensors');
    for (const seed of [1, 2, 3]) {
      const text = await written(page, { prompt: 'héllo', seed: String(seed), length: '41' });
      expect(text).toBe(await expectedText(model, 'héllo', { seed, maximumTokens: 41 }));
    }
    await page.click('#text span:nth-child(6)');
    await page.waitForSelector('#inspector.open');
    await page.click('#alternatives button');
    await page.waitForFunction("/per second/.test(document.getElementById('status').textContent)");
    expect(await page.$$eval('#text .chosen', (all) => all.length)).toBe(1);
    expect(troubles).toEqual([]);
  });
});
