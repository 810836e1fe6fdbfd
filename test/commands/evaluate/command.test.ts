import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { words, writeRandomModel } from '../../sample/trained-model.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

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
    const { perplexity, natsPerToken, bitsPerCharacter, confidenceInterval } = await json('model.safetensors', 'text.txt');
    const bits = bitsPerCharacter.toFixed(4);
    const [low, high] = confidenceInterval.perplexity.map((value: number) => value.toFixed(2));
    expect([code, stderr]).toEqual([0, '']);
    expect(low < perplexity && perplexity < high).toBe(true);
    expect(stdout.split('\n').map((line) => line.replace(/(?<=\S) {2,}/, ' | '))).toEqual([
      'model.safetensors on text.txt',
      'read as one stream, the state carried from beginning to end',
      '',
      `nats per token | ${natsPerToken.toFixed(4)}`,
      `perplexity | ${perplexity.toFixed(2)}`,
      `  95% confidence | ${low} to ${high}`,
      `bits per token | ${bits}`,
      `bits per character | ${bits}`,
      `bits per byte | ${bits}`,
      'tokens | 539',
      'characters | 539',
      'bytes | 539',
      '',
    ]);
  });

  it('tells everything in one JSON document', async () => {
    const result = await json('model.safetensors', 'text.txt');
    const number = expect.any(Number);
    expect(result).toEqual({
      model: 'model.safetensors',
      text: 'text.txt',
      reading: 'one stream',
      nats: number,
      tokens: text.length - 1,
      natsPerToken: result.nats / 539,
      perplexity: Math.exp(result.nats / 539),
      bitsPerToken: result.natsPerToken / Math.LN2,
      characters: 539,
      bytes: 539,
      bitsPerCharacter: result.bitsPerToken,
      bitsPerByte: result.bitsPerToken,
      confidenceInterval: {
        confidence: 0.95,
        natsPerToken: [number, number],
        perplexity: [number, number],
        blockLength: 9,
        resamples: 1000,
        seed: 1,
      },
    });
  });

  it('reads any text where tokens are bytes, and counts its characters', async () => {
    const { code, stdout } = await evaluate('bytes.safetensors', 'any.txt');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/tokens +36\ncharacters +14\nbytes +36\n/)]);
    const { bitsPerByte, bitsPerToken, bitsPerCharacter } = await json('bytes.safetensors', 'any.txt');
    expect(bitsPerByte).toBe(bitsPerToken);
    expect(bitsPerCharacter).toBeCloseTo((bitsPerByte * 36) / 14, 12);
  });

  it('also has its alias, and accepts a run directory', async () => {
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

  it('counts unknown words, which are easy to predict, and reports the perplexity without them', async () => {
    const { stdout } = await evaluate('words.safetensors', 'text.txt');
    const result = await json('words.safetensors', 'text.txt');
    // the hare and the tortoise. <eos>
    expect(result).toMatchObject({ tokens: 119, unknownTokens: 60, characters: 537 });
    expect(result.withoutUnknown.tokens).toBe(59);
    expect(stdout).toMatch(/ {2}without <unk> +\d/);
    expect(stdout).toMatch(/of them <unk> +60\n/);
  });

  it('computes the requested confidence interval, the same for the same seed', async () => {
    const how = ['--confidence', '0.8', '--bootstrap-block', '20', '--seed', '3'];
    const { confidenceInterval } = await json('model.safetensors', 'text.txt', ...how);
    expect(confidenceInterval).toMatchObject({ confidence: 0.8, blockLength: 20, seed: 3 });
    expect((await json('model.safetensors', 'text.txt', ...how)).confidenceInterval).toEqual(confidenceInterval);
    const { stdout } = await evaluate('model.safetensors', 'text.txt', ...how);
    expect(stdout).toMatch(/80% confidence +\d/);
    write('short.txt', 'the hare');
    expect((await evaluate('model.safetensors', 'short.txt')).stdout).toMatch(/95% confidence +text too short\n/);
  });

  it('reads in windows when asked to, and says so', async () => {
    const { stdout } = await evaluate('model.safetensors', 'text.txt', '--window', '20', '--stride', '5');
    expect(stdout).toContain('\nread in windows of 20 tokens that start from a zero state; the last 5 of each are scored\n');
    const result = await json('model.safetensors', 'text.txt', '--window', '20');
    expect(result).toMatchObject({ reading: { windows: { length: 20, stride: 20 } }, tokens: 539 });
    expect(result.nats).not.toBe((await json('model.safetensors', 'text.txt')).nats);
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

  it('says what to do when the corpus was moved', async () => {
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

  it.each(['model.safetensors', 'words.safetensors', 'bytes.safetensors'])(
    'writes surprisals that add up to the total of %s, to the last bit',
    async (model) => {
      write('odd.txt', 'the hare\tand\r\nthe \\ tortoise\n\n'.repeat(model === 'model.safetensors' ? 0 : 9) + text);
      const { nats, tokens, surprisals } = await json(model, 'odd.txt', '--surprisals', 's.tsv');
      expect(surprisals).toEqual({ file: 's.tsv', unit: 'token', lines: tokens });
      const [header, ...lines] = readFileSync(join(folder, 's.tsv'), 'utf8').trimEnd().split('\n');
      expect(header).toBe('index\toffset\ttoken\tnats');
      expect(lines.every((line) => line.split('\t').length === 4)).toBe(true);
      expect(lines.reduce((sum, line) => sum + Number(line.split('\t')[3]), 0)).toBe(nats);

      await evaluate(model, 'odd.txt', '--surprisals', 's.jsonl');
      const objects = readFileSync(join(folder, 's.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(objects.reduce((sum, object) => sum + object.nats, 0)).toBe(nats);
      expect(Object.keys(objects[0])).toEqual(['index', 'offset', 'token', 'nats']);
    },
  );

  it('writes surprisals of words to standard output, and the report to standard error', async () => {
    const { stdout, stderr } = await evaluate('model.safetensors', 'text.txt', '--surprisals', '-', '--unit', 'word');
    const lines = stdout.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['index\toffset\tword\tnats', expect.stringMatching(/^0\t0\tthe\t\d/)]);
    expect(lines.slice(2, 4).map((line) => line.split('\t').slice(0, 3))).toEqual([
      ['1', '4', 'hare'],
      ['2', '9', 'and'],
    ]);
    expect(stderr).toMatch(/perplexity +\d/);
    const { nats } = await json('model.safetensors', 'text.txt');
    expect(lines.slice(1).reduce((sum, line) => sum + Number(line.split('\t')[3]), 0)).toBeCloseTo(nats, 8);
  });

  it('shows the text with a digit of surprisal under each character, without escape codes, when the output is not a terminal', async () => {
    write('short.txt', 'the hare\n');
    const { code, stdout } = await evaluate('model.safetensors', 'short.txt', '--heatmap');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/\n0 1 2 3 4 5 6 7 {2}0 to 4\.5 bits .*\n\nthe hare↵\n \d{8}\n$/),
    ]);
    expect(stdout).not.toContain('\x1b');
  });

  it('compares two models on the same tokens, or by characters', async () => {
    writeRandomModel(folder, { range: 0.1 }, 'unsure.safetensors');
    const { stdout } = await evaluate('model.safetensors', 'text.txt', '--compare', 'unsure.safetensors');
    expect(stdout).toContain('\ncompared with unsure.safetensors\n');
    const [first, second] = [await json('model.safetensors', 'text.txt'), await json('unsure.safetensors', 'text.txt')];
    const { comparison } = await json('model.safetensors', 'text.txt', '--compare', 'unsure.safetensors');
    expect(comparison).toMatchObject({ model: 'unsure.safetensors', by: 'token', count: 539 });
    expect(comparison.difference).toBeCloseTo(first.natsPerToken - second.natsPerToken, 9);
    const better = comparison.difference > 0 ? 'other' : 'this';
    expect(comparison.better).toBe(better);
    expect(stdout.toLowerCase()).toContain(`\n${better === 'other' ? 'the other' : 'this'} model predicts the text better`);
    const bytes = await evaluate('model.safetensors', 'text.txt', '--compare', 'bytes.safetensors');
    expect(bytes.stdout).toMatch(/bits per character, the other +\d[\s\S]*The tokens differ/);
    const itself = await json('model.safetensors', 'text.txt', '--compare', 'model.safetensors');
    expect(itself.comparison).toMatchObject({ difference: 0, better: 'neither' });
  });
});
