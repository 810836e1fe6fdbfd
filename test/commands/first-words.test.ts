/** What the first commands of a newcomer answer. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { expectRefusal } from './expect-refusal.js';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, write, remove } = createWorkplace();
afterAll(remove);
write('least.yaml', 'corpus: { path: corpus.txt }\n');

describe.concurrent('textloom', () => {
  it.each([
    [[], 'textloom <command>'],
    [['corpus'], 'textloom corpus <command>'],
  ])('%j shows the help', async (args, usage) => {
    const { code, stdout, stderr } = await textloom(args, folder);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`\n${usage}\n`);
  });

  it.each([
    [['train', 'corpus.txt'], 2, 'Write a config for it with textloom init --corpus corpus.txt'],
    [['sample', 'corpus.txt'], 4, 'corpus.txt is a text, not a model'],
    [['sample', 'least.yaml'], 4, 'least.yaml is a config, not a model. Train it with textloom train least.yaml'],
    [['inspect', 'corpus.txt'], 4, 'corpus.txt is a text, not a model'],
    [['init', 'corpus.txt'], 2, 'corpus.txt is a file: give the text with --corpus corpus.txt'],
  ] as const)('%j says what the file is and what to do', async ([...args], code, says) => {
    expectRefusal(await textloom(args, folder), { code, says });
  });

  it('trains for 10 epochs when the config names a corpus only', async () => {
    const small = ['--set', 'model.hiddenSize=4', '--set', 'model.layers=1', '--set', 'training.batchSize=4'];
    const { code, stdout } = await textloom(['train', 'least.yaml', '--dry-run', '--json', ...small], folder);
    expect([code, JSON.parse(stdout).epochs]).toEqual([0, 10]);
  });

  const home = join(homedir(), 'textloom-nothing.txt');
  it.each([
    ['train', '--set', 'corpus.path=~/textloom-nothing.txt', 'least.yaml'],
    ['train', '~/textloom-nothing.txt', '--resume'],
    ['sample', '~/textloom-nothing.txt'],
    ['inspect', '~/textloom-nothing.txt'],
    ['neighbours', '~/textloom-nothing.txt', 'word'],
    ['init', '--corpus=~/textloom-nothing.txt'],
    ['corpus', 'audit', 'corpus.txt', '~/textloom-nothing.txt'],
    ['import', '~/textloom-nothing.txt', '-o', 'x'],
    ['export', '~/textloom-nothing.txt', '--to', 'onnx'],
    ['report', '~/textloom-nothing.txt', '--to', 'tensorboard'],
  ])('%s %s %s: ~ is the home folder', async (...args) => {
    const { code, stderr } = await textloom(args, folder);
    expect(code).toBeGreaterThan(1);
    expect(stderr).toContain(home);
  });
});
