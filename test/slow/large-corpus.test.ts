import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRandom } from '../../src/foundation/random.js';
import { startTextloom } from '../commands/textloom.js';
import { offLinux } from '../outside-programs.js';

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

/** Runs the command, and polls Linux for its largest resident set and for the bytes that it has read from files. */
async function measured(args: readonly string[], folder: string) {
  const { process: child, ended } = startTextloom(args, folder);
  let peak = 0;
  let bytesRead = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
      const io = readFileSync(`/proc/${child.pid}/io`, 'utf8');
      bytesRead = Math.max(bytesRead, Number(/rchar: (\d+)/.exec(io)?.[1] ?? 0));
    } catch {}
  }, 20);
  const outcome = await ended;
  clearInterval(timer);
  return { ...outcome, peak, bytesRead };
}

describe.skipIf(offLinux).each([
  ['characters', 'tokenizer: { type: character }\n'],
  ['words in documents', 'tokenizer: { type: word }\n', 'documents: blank-lines, resetState: true, '],
])(`a corpus of ${MEGABYTES} MB, of %s${offLinux}`, (_, tokenizer, reading = '') => {
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

  it('trains and is evaluated in less than 600 MB, and is not read again the second time', async () => {
    const train = ['train', 'large.yaml', '--json', '--overwrite'];
    const first = await measured(train, folder);
    expect(first).toMatchObject({ code: 0, stderr: expect.stringMatching(/^the tokens are stored for later runs: .*\n$/) });
    expect(first.stdout).toMatch(/"type":"validation".*\n[\s\S]*"testLoss":/);
    expect(first.peak).toBeGreaterThan(50e6);
    expect(first.peak).toBeLessThan(LIMIT);
    const second = await measured(train, folder);
    expect(second.code).toBe(0);
    expect(second.peak).toBeLessThan(LIMIT);
    expect(first.bytesRead).toBeGreaterThan(MEGABYTES * 1e6);
    // The program itself, its splits and the tokens of its windows.
    expect(second.bytesRead).toBeLessThan((20 + 0.05 * MEGABYTES) * 1e6);
    const lossOf = (stdout: string) => /"testLoss":([\d.]+)/.exec(stdout)![1];
    expect(lossOf(second.stdout)).toBe(lossOf(first.stdout));
    const evaluated = await measured(['evaluate', 'runs/large', 'other.txt', '--json'], folder);
    expect(evaluated).toMatchObject({ code: 0, stderr: '' });
    expect(evaluated.peak).toBeLessThan(LIMIT);
    process.stderr.write(
      `${MEGABYTES} MB: ${Math.round(first.peak / 1e6)} MB of memory, ${Math.round(first.bytesRead / 1e6)} MB read, ` +
        `the second time ${Math.round(second.bytesRead / 1e6)} MB; evaluated with ${Math.round(evaluated.peak / 1e6)} MB\n`,
    );
  });
});
