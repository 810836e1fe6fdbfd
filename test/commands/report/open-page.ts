import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium as driver, type Page } from 'playwright-core';
import { chromium } from '../../outside-programs.js';

/** A page in a browser, and everything that must not happen there. */
export interface OpenPage {
  readonly page: Page;
  /** Messages on the console, errors, violations of the content security policy, and requests besides the file itself, or its server. */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

export interface View {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

/** Without a sandbox, which root cannot use; the other flags keep Chromium itself from opening connections. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Chromium without a window, with an empty profile. */
export const openBrowser = (): Promise<Browser> => driver.launch({ executablePath: chromium!, args: flags });

/**
 * @param place path of a file, which must request nothing, or the address of a page, which may send requests to its server
 */
export async function openPage(browser: Browser, place: string | URL, { width, height, scheme }: View): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, acceptDownloads: true });
  // The 30 seconds of the library are too few on a busy machine.
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const url = typeof place === 'string' ? pathToFileURL(place) : place;
  const isOwn = (other: string) => (url.protocol === 'file:' ? other === url.href : new URL(other).origin === url.origin);
  const troubles: string[] = [];
  page.on('console', (message) => troubles.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    // A blob is in the page itself: the code of its worker, or a file that is saved.
    if (!isOwn(request.url()) && !request.url().startsWith('blob:')) troubles.push(`request: ${request.url()}`);
  });
  await page.goto(url.href);
  return { page, troubles, close: () => context.close() };
}

/** What axe-core, which checks the rules of accessibility, finds wrong: each rule with the elements. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    interface Results {
      violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
    }
    const { axe } = globalThis as unknown as { axe: { run(): Promise<Results> } };
    const { violations } = await axe.run();
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('; ')}`,
    );
  });
}

/** The number of pixels of each canvas that are not transparent. */
export const inkOfCharts = (page: Page): Promise<number[]> =>
  page.evaluate(`[...document.querySelectorAll('canvas')].map((canvas) => {
  // Chromium warns of a canvas that is read several times, unless it is made for it.
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  return data.reduce((ink, value, i) => ink + (i % 4 === 3 && value > 0 ? 1 : 0), 0);
})`);
