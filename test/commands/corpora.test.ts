import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const line = 'The fox saw the crow.\n';

test('one text in four forms gives the same training and evaluation', async ({ onTestFinished }) => {
  const { folder, write, remove } = createWorkplace();
  onTestFinished(remove);
  const text = line.repeat(60);
  write('whole.txt', text);
  write('whole.txt.gz', gzipSync(text));
  write('lines.jsonl', `${JSON.stringify({ body: text })}\n`);
  mkdirSync(join(folder, 'parts'));
  for (const name of ['a', 'b', 'c'])
    renameSync(join(folder, write(name, line.repeat(20))), join(folder, 'parts', `${name}.txt`));

  const results: string[] = [];
  for (const path of ['whole.txt.gz', '[parts/a.txt, "parts/[bc].*"]']) {
    const run = `runs/${results.length}`;
    const { code } = await textloom(
      ['train', 'small.yaml', '--quiet', '--set', `corpus.path=${path}`, '--output', run],
      folder,
    );
    expect(code).toBe(0);
    const { stdout } = await textloom(['evaluate', run, '--json'], folder);
    results.push(JSON.stringify(JSON.parse(stdout).nats));
  }
  expect(new Set(results).size).toBe(1);

  const nats = async (name: string) => JSON.parse((await textloom(['evaluate', 'runs/0', name, '--json'], folder)).stdout).nats;
  const expected = await nats('whole.txt');
  expect(expected).toBeGreaterThan(0);
  expect(await nats('parts')).toBe(expected);
  const { code, stderr } = await textloom(['evaluate', 'runs/0', 'lines.jsonl'], folder);
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('lines.jsonl:1: the object has no "text"') });
});

test('a corpus is encoded once, and again when the cache is damaged', async ({ onTestFinished }) => {
  const { folder, write, remove } = createWorkplace();
  onTestFinished(remove);
  const train = (run: string, cache: string) =>
    textloom(['train', 'small.yaml', '--json', '--output', run, '--set', `corpus.cache=${cache}`], folder);
  const lossOf = ({ stdout }: { stdout: string }) => /"bestValidationLoss":[\d.]+/.exec(stdout)?.[0];
  const inMemory = lossOf(await train('a', 'off'));
  expect(inMemory).toBeDefined();
  expect(lossOf(await train('b', 'cache'))).toBe(inMemory);
  expect(lossOf(await train('c', 'cache'))).toBe(inMemory);
  write('corpus.txt', line.repeat(90));
  expect(lossOf(await train('d', 'cache'))).not.toBe(inMemory);
});
