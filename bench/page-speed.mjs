// Speed of a model's page: npm run build && node bench/page-speed.mjs RUN
// Writes 5 texts of 10,000 tokens in Chromium, and prints tokens per second: of wall time, as the page shows, and of processor time.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [model] = process.argv.slice(2);
if (model === undefined) throw new Error('the path of a model is missing');
const folder = mkdtempSync(join(tmpdir(), 'textloom-page-'));
const page = join(folder, 'page.html');
const command = fileURLToPath(new URL('../bin/textloom.js', import.meta.url));
execFileSync(process.execPath, [command, 'export', model, '--to', 'html', '-o', page]);

/** Seconds of processor time of all processes below this one. */
function processorSeconds() {
  const parents = new Map();
  const times = new Map();
  for (const id of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      parents.set(id, fields[1]);
      times.set(id, (Number(fields[11]) + Number(fields[12])) / 100);
    } catch {
      // The process has ended.
    }
  }
  const isBelow = (/** @type {string | undefined} */ id) => {
    for (let at = id; at !== undefined; at = parents.get(at)) if (at === String(process.pid)) return true;
    return false;
  };
  return [...times].reduce((sum, [id, time]) => sum + (isBelow(id) ? time : 0), 0);
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
try {
  const tab = await browser.newPage();
  await tab.goto(pathToFileURL(page).href);
  const status = tab.locator('#status');
  const shown = async (/** @type {RegExp} */ text) => {
    while (!text.test((await status.textContent()) ?? '')) await new Promise((resolve) => setTimeout(resolve, 20));
    return status.textContent();
  };
  await shown(/Ready/);
  await tab.locator('#length').fill('10000');
  for (let text = 1; text <= 5; text++) {
    const before = processorSeconds();
    await tab.locator('#again').click();
    await shown(/Writing/);
    const result = await shown(/per second/);
    const seconds = processorSeconds() - before;
    const load = loadavg()[0]?.toFixed(1);
    console.log(`${result}; ${Math.round(10000 / seconds)} per second of processor time, drawing included; load ${load}`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
