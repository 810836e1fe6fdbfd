import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { words, writeRandomModel } from '../sample/trained-model.js';
import { shell, textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
writeRandomModel(folder, { range: 0.5 });
writeRandomModel(folder, { tokenizer: words }, 'words.safetensors');
writeRandomModel(
  folder,
  { tokenizer: { type: 'character', tokens: ['\x1b', '\x9b', '\r', 'a', '\u202e'] }, range: 0.01 },
  'wild.safetensors',
);

const sample = (...args: string[]) => textloom(['sample', ...args], folder);
const json = async (...args: string[]) => JSON.parse((await sample(...args, '--json')).stdout);

describe('textloom sample', () => {
  it('writes the prompt, as many tokens as asked for, and a line end', async () => {
    const { code, stdout, stderr } = await sample('model.safetensors', '-p', 'the fox', '-n', '30');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.startsWith('the fox')).toBe(true);
    expect(stdout.replace(/\n$/, '')).toHaveLength('the fox'.length + 30);
  });

  it('takes a run directory, and writes the same text again', async () => {
    const [first, second] = await Promise.all([
      sample('.', '-n', '40'),
      sample('model.safetensors', '-n', '40', '--seed', '1'),
    ]);
    expect(first).toEqual(second);
    expect((await sample('.', '-n', '40', '--seed', '2')).stdout).not.toBe(first.stdout);
  });

  it('tells everything in one JSON document', async () => {
    const all = await json(
      'model.safetensors',
      '-p',
      'the',
      '-n',
      '12',
      '--num-samples',
      '2',
      '--temperature',
      '0.9',
      '--top-k',
      '9',
      '--top-p',
      '.95',
      '--min-p',
      '0.01',
    );
    expect(all).toEqual({
      model: 'model.safetensors',
      prompt: 'the',
      maximumTokens: 12,
      temperature: 0.9,
      topK: 9,
      topP: 0.95,
      minP: 0.01,
      seed: 1,
      samples: [0, 1].map((stream) => ({ text: expect.stringMatching(/^.{12}$/s), stream, tokens: 12, finish: 'length' })),
    });
    expect(all.samples[0].text).not.toBe(all.samples[1].text);
  });

  it('writes the samples that it counts in JSON, each from the prompt', async () => {
    const args = ['model.safetensors', '-p', 'so', '-n', '20', '--num-samples', '3', '--seed', '4'];
    const { samples } = await json(...args);
    const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
    const texts = samples.map(({ text }: { text: string }, i: number) => `--- sample ${i + 1} of 3 ---\n${ended(`so${text}`)}`);
    expect((await sample(...args)).stdout).toBe(texts.join('\n'));
  });

  it('ends where one of the stop strings begins', async () => {
    const [{ text }] = (await json('model.safetensors', '-n', '60')).samples;
    const stop = text.slice(40, 43);
    const { samples } = await json('model.safetensors', '-n', '60', '--stop', 'never', '--stop', stop);
    expect(samples[0]).toMatchObject({ text: text.slice(0, text.indexOf(stop)), finish: 'stop' });
  });

  it('goes on from a file, its last line end included', async () => {
    write('prompt.txt', 'the fox\n');
    expect((await json('model.safetensors', '--prompt-file', 'prompt.txt', '-n', '9')).samples).toEqual(
      (await json('model.safetensors', '--prompt', 'the fox\n', '-n', '9')).samples,
    );
  });

  it('shows unknown words of the prompt as the model sees them', async () => {
    const { stdout } = await sample('words.safetensors', '-p', 'the  wolf', '-n', '3', '--temperature', '0');
    expect(stdout).toMatch(/^the <unk>[ \n]/);
  });

  it('shows control characters, sends them when told to, and escapes them in JSON', async () => {
    const args = ['wild.safetensors', '-n', '200'];
    const [safe, raw, document] = await Promise.all([sample(...args), sample(...args, '--raw'), sample(...args, '--json')]);
    expect(safe.stdout).toMatch(/^([a\n]|\\u\{(1b|9b|d|202e)\})+$/);
    for (const character of ['\x1b', '\x9b', '\r', '\u202e']) {
      expect(raw.stdout).toContain(character);
      expect(document.stdout).not.toContain(character);
    }
    expect(JSON.parse(document.stdout).samples[0].text).toBe(raw.stdout.slice(0, -1));
  });

  it('ends quietly when the reader has seen enough', async () => {
    const { stdout, stderr } = await shell(
      'set -o pipefail; textloom sample model.safetensors -n 1000000000 | head -c 100; echo "$?" >code',
      folder,
    );
    expect(stdout).toHaveLength(100);
    expect([stderr, readFileSync(join(folder, 'code'), 'utf8')]).toEqual(['', '0\n']);
  });

  it('refuses what has no effect, naming the flags', async () => {
    const { code, stderr } = await sample('model.safetensors', '--temperature', '0', '--top-p', '0.9', '--num-samples', '2');
    expect([code, stderr]).toEqual([2, expect.stringContaining('leave out --top-p, --num-samples')]);
    expect((await sample('model.safetensors', '--stop', '')).stderr).toContain('--stop (empty)');
  });

  it('names the characters of a prompt that are not in the vocabulary', async () => {
    writeFileSync(join(folder, 'odd.txt'), 'quiz');
    const { code, stderr } = await sample('model.safetensors', '--prompt-file', 'odd.txt');
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('the prompt cannot be read by this model: 2 characters are not in the vocabulary: "q", "z"'),
    ]);
  });
});
