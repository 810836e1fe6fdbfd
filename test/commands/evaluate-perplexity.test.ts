import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { words, writeRandomModel } from '../sample/trained-model.js';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
const text = 'the hare and the tortoise.\n'.repeat(20);
write('text.txt', text);
write('train.txt', 'the fox.\n');
write('validation.txt', 'the hare.\n');
writeRandomModel(folder, { corpus: { path: 'text.txt', split: { train: 0.8, validation: 0.1, test: 0.1 }, boundary: 'line' } });
writeRandomModel(folder, { corpus: { train: 'train.txt', validation: 'validation.txt' } }, 'files.safetensors');
writeRandomModel(folder, { corpus: { train: 'train.txt' } }, 'train-only.safetensors');
writeRandomModel(folder, { tokenizer: words, corpus: { path: 'text.txt' } }, 'words.safetensors');

writeRandomModel(folder, { tokenizer: { type: 'byte' } }, 'bytes.safetensors');
write('any.txt', '世界 👩‍👩‍👧‍👦 \u05e9\r\n');

const evaluate = (...args: string[]) => textloom(['evaluate-perplexity', ...args], folder);
const json = async (...args: string[]) => JSON.parse((await evaluate(...args, '--json')).stdout);

describe('textloom evaluate-perplexity', () => {
  it('shows how well a text is predicted', async () => {
    const { code, stdout, stderr } = await evaluate('model.safetensors', 'text.txt');
    const { natsPerToken, bitsPerCharacter } = await json('model.safetensors', 'text.txt');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.replace(/ {2,}/, ' | '))).toEqual([
      'model.safetensors on text.txt',
      `nats per token | ${natsPerToken.toFixed(4)}`,
      `perplexity | ${Math.exp(natsPerToken).toFixed(Math.exp(natsPerToken) < 100 ? 2 : 1)}`,
      `bits per character | ${bitsPerCharacter.toFixed(4)}`,
      'tokens | 539',
      '',
    ]);
  });

  it('tells everything in one JSON document', async () => {
    const result = await json('model.safetensors', 'text.txt');
    expect(result).toEqual({
      model: 'model.safetensors',
      text: 'text.txt',
      nats: expect.any(Number),
      tokens: text.length - 1,
      natsPerToken: result.nats / 539,
      perplexity: Math.exp(result.nats / 539),
      bitsPerToken: result.natsPerToken / Math.LN2,
      bitsPerCharacter: result.bitsPerToken,
    });
  });

  it('reads any text where tokens are bytes, and tells bits per byte', async () => {
    const { code, stdout } = await evaluate('bytes.safetensors', 'any.txt');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/bits per byte +\d+\.\d{4}\ntokens +36\n/)]);
    const { bitsPerByte, bitsPerToken, bitsPerCharacter } = await json('bytes.safetensors', 'any.txt');
    expect([bitsPerByte, bitsPerCharacter]).toEqual([bitsPerToken, undefined]);
  });

  it('goes by the alias too, and takes a run directory', async () => {
    expect(await textloom(['evaluate', '.', 'text.txt'], folder)).toEqual(await evaluate('model.safetensors', 'text.txt'));
  });

  it.each([
    ['model.safetensors', [], 'test', 'text.txt, characters 486 to 540', 53],
    ['model.safetensors', ['--split', 'validation'], 'validation', 'text.txt, characters 432 to 486', 53],
    ['model.safetensors', ['--split', 'train'], 'train', 'text.txt, characters 0 to 432', 431],
    ['files.safetensors', [], 'validation', 'validation.txt', 9],
  ])('finds the corpus in the config of %s %j', async (model, flags, split, place, tokens) => {
    expect(await json(model, ...flags)).toMatchObject({ split, text: `the ${split} split (${place})`, tokens });
  });

  it('counts unknown words, which are easy to predict', async () => {
    const { stdout } = await evaluate('words.safetensors', 'text.txt');
    expect(stdout).toMatch(/bits per token +\d/);
    expect(stdout).toMatch(/of them <unk> +60\n/);
    // the hare and the tortoise. <eos>
    expect(await json('words.safetensors', 'text.txt')).toMatchObject({ tokens: 119, unknownTokens: 60 });
  });

  it.each([
    [['train-only.safetensors'], 'has no validation split. Give a TEXT, or --split train.'],
    [['files.safetensors', '--split', 'test'], 'has no test split. Choose another --split, or give a TEXT.'],
    [
      ['files.safetensors', 'corpus.txt'],
      'corpus.txt cannot be read by files.safetensors: 1 character is not in the vocabulary: "T"',
    ],
  ])('refuses %j as a matter of data', async (args, message) => {
    const { code, stdout, stderr } = await evaluate(...args);
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toContain(message);
  });

  it('says what to do when the corpus is not where it was', async () => {
    write('gone.txt', text);
    writeRandomModel(folder, { corpus: { path: 'gone.txt' } }, 'gone.safetensors');
    rmSync(join(folder, 'gone.txt'));
    const { code, stderr } = await evaluate('gone.safetensors');
    expect([code, stderr]).toEqual([3, expect.stringContaining('gone.txt: cannot be read: no such file')]);
    expect(stderr).toContain('Run the command where the model was trained, or give a TEXT.');
  });

  it('refuses a text of one token, and a config that names no corpus', async () => {
    write('one.txt', 'a');
    expect(await evaluate('model.safetensors', 'one.txt')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('the text has 1 token'),
    });
    writeRandomModel(folder, { corpus: { path: 3 } }, 'odd.safetensors');
    expect(await evaluate('odd.safetensors')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('cannot be used to find its corpus'),
    });
  });
});
