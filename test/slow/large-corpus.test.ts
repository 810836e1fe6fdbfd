import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { startTextloom } from '../commands/textloom.js';

/** Size of the corpus; the promise is made for 4 GB. TEXTLOOM_SLOW_MB makes it smaller where time or disk are short. */
const MEGABYTES = Number(process.env.TEXTLOOM_SLOW_MB ?? 4096);
const LIMIT = 600e6;

/** A text of words, lines and documents that does not repeat within a megabyte; each megabyte differs from the others. */
function writeCorpus(path: string, megabytes: number): void {
  const words = 'the fox saw a crow and it ran over one hill to find some cheese, said nobody then'.split(' ');
  const random = createRandom(1);
  let text = '';
  while (text.length < 1e6) text += words[random.integer(words.length)] + (random.integer(9) > 0 ? ' ' : '.\n');
  text = text.replaceAll('cheese,.\n', 'cheese.\n\n');
  const descriptor = openSync(path, 'w');
  for (let megabyte = 0; megabyte < megabytes; megabyte++) writeSync(descriptor, `${megabyte} ${text}\n`);
  closeSync(descriptor);
}

/** Runs the command; its largest resident set so far is asked of Linux over and over. */
async function measured(args: readonly string[], folder: string, begin = '"type":"start"') {
  const start = performance.now();
  const { process: child, ended, says } = startTextloom(args, folder);
  const begins = says(begin).then(() => (performance.now() - start) / 1000);
  let peak = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    } catch {}
  }, 20);
  const outcome = await ended;
  clearInterval(timer);
  return { ...outcome, peak, secondsToStart: await begins };
}

describe.skipIf(process.platform !== 'linux').each([
  ['characters', 'tokenizer: { type: character }\n'],
  ['words in documents', 'tokenizer: { type: word }\n', 'documents: blank-lines, resetState: true, '],
])(`a corpus of ${MEGABYTES} MB, of %s`, (_, tokenizer, reading = '') => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(process.env.TEXTLOOM_SLOW_DIR ?? tmpdir(), 'textloom-large-'));
    mkdirSync(join(folder, 'texts'));
    process.env.XDG_CACHE_HOME = join(folder, 'user-cache');
    writeCorpus(join(folder, 'texts/large.txt'), MEGABYTES);
    writeCorpus(join(folder, 'other.txt'), MEGABYTES / 64);
    const split = '{ train: 0.9998, validation: 0.0001, test: 0.0001 }';
    writeFileSync(
      join(folder, 'large.yaml'),
      `corpus: { path: texts, split: ${split}, cache: cache, ${reading}}\n${tokenizer}` +
        'model: { layers: 1, hiddenSize: 32 }\ntraining: { steps: 100, batchSize: 16, sequenceLength: 32 }\n',
    );
  }, 600_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('trains and is evaluated in less than 600 MB, and starts within 2 seconds the second time', async () => {
    const train = ['train', 'large.yaml', '--json', '--overwrite'];
    const first = await measured(train, folder);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/"type":"validation".*\n[\s\S]*"testLoss":/);
    expect(first.peak).toBeGreaterThan(50e6);
    expect(first.peak).toBeLessThan(LIMIT);
    const second = await measured(train, folder);
    expect(second.code).toBe(0);
    expect(second.peak).toBeLessThan(LIMIT);
    expect(second.secondsToStart).toBeLessThan(2);
    const lossOf = (stdout: string) => /"testLoss":([\d.]+)/.exec(stdout)![1];
    expect(lossOf(second.stdout)).toBe(lossOf(first.stdout));
    const evaluated = await measured(['evaluate', 'runs/large', 'other.txt', '--json'], folder, '"perplexity":');
    expect(evaluated).toMatchObject({ code: 0, stderr: '' });
    expect(evaluated.peak).toBeLessThan(LIMIT);
    process.stderr.write(
      `${MEGABYTES} MB: ${Math.round(first.peak / 1e6)} MB of memory, started after ${first.secondsToStart.toFixed(1)} s, ` +
        `the second time ${second.secondsToStart.toFixed(2)} s; evaluated with ${Math.round(evaluated.peak / 1e6)} MB\n`,
    );
  });
});
