import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../../src/files/safetensors-writer.js';
import { columnsOf } from '../../../src/ui/columns.js';
import { words, writeRandomModel } from '../../sample/trained-model.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove } = createWorkplace();
afterAll(remove);
const inspect = (...args: string[]) => textloom(['inspect', ...args], folder);
const json = async (...args: string[]) => JSON.parse((await inspect(...args, '--json')).stdout);
/** Lines with runs of blanks shown as one bar. */
const table = (text: string) => text.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '));

writeRandomModel(folder);
beforeAll(async () => {
  await textloom(['train', 'small.yaml', '--quiet'], folder);
});

describe('textloom inspect', () => {
  it('shows a model: cell, sizes, parameters, tokenizer, config, file', async () => {
    const { code, stdout, stderr } = await inspect('model.safetensors');
    expect([code, stderr]).toEqual([0, '']);
    const lines = table(stdout);
    expect(lines[0]).toBe('model.safetensors: LSTM language model of characters, 3,046 parameters');
    const expected = [
      'layers | LSTM, 2 layers of 12',
      'vocabulary | 22 tokens',
      'dropout | 0.25',
      'type | character',
      'step | 10',
      'content | matches the SHA-256 in it',
    ];
    for (const line of expected) expect(lines).toContain(line);
    expect(lines.find((line) => line.startsWith('rnn.weight_ih_l0'))).toMatch(
      /^rnn\.weight_ih_l0 \| 48×12 \| 576( \| -?\d\.\d+| \| \d\d\.\d){5}$/,
    );
  });

  it('shows dropout by place, and normalization', async () => {
    const layer = '{type: lstm, size: 8, normalization: layer, dropout: {output: 0.25, weight: 0.5, span: window}}';
    const config = `extends: small.yaml\nname: places\nmodel: {cell: null, hiddenSize: null, dropout: 0, layers: [${layer}]}\n`;
    writeFileSync(join(folder, 'places.yaml'), config);
    await textloom(['train', 'places.yaml', '--quiet', '--output', 'runs/places'], folder);
    const lines = table((await inspect('runs/places')).stdout);
    expect(lines[0]).toContain('LSTM with layer normalization language model');
    expect(lines).toContain('dropout | 0, output 0.25 and weight 0.5 (masks of a window)');
  });

  it('counts the numbers in buffers separately from the parameters', async () => {
    const layers = [
      { type: 'rnn', size: 4 },
      { type: 'batch-normalization', connection: 'residual' },
    ];
    writeRandomModel(folder, { model: { embedding: { size: 4 }, layers } }, 'buffers.safetensors');
    const lines = table((await inspect('buffers.safetensors')).stdout);
    const kinds = 'RNN (tanh) and batch normalization';
    expect(lines[0]).toBe(
      `buffers.safetensors: ${kinds} language model of characters, 246 parameters and 8 numbers in buffers`,
    );
    expect(lines).toContain('layers | RNN (tanh) of 4, then batch normalization of 4 (residual)');
    expect(await json('buffers.safetensors')).toMatchObject({ parameters: 246, buffers: 8 });
  });

  it('is at most 80 columns wide', async () => {
    const lines = (await inspect('runs/small')).stdout.split('\n');
    expect(
      lines.map((line) => [...line].reduce((sum, character) => sum + columnsOf(character), 0)).filter((width) => width > 80),
    ).toEqual([]);
  });

  it('reports exact statistics of each tensor', async () => {
    const data = Float32Array.of(1, -2, 2, 4, -0.5, 0);
    writeSafetensors(join(folder, 'foreign.safetensors'), [{ name: 'w', shape: [2, 3], data }], { made: 'elsewhere' });
    const { tensors, kind, metadata, parameters } = await json('foreign.safetensors');
    const mean = 4.5 / 6;
    expect(tensors).toEqual([
      {
        name: 'w',
        shape: [2, 3],
        dtype: 'F32',
        count: 6,
        norm: Math.sqrt(25.25),
        mean,
        standardDeviation: expect.closeTo(Math.sqrt(25.25 / 6 - mean * mean), 12),
        minimum: -2,
        maximum: 4,
      },
    ]);
    expect([kind, parameters, metadata.made]).toEqual(['tensors', 6, 'elsewhere']);
  });

  it('counts numbers that are not finite, and says so', async () => {
    const data = Float32Array.of(1, Number.NaN, Number.POSITIVE_INFINITY);
    writeSafetensors(join(folder, 'broken.safetensors'), [{ name: 'w', shape: [3], data }], {});
    expect((await json('broken.safetensors')).tensors[0]).toMatchObject({ nonFinite: 2, mean: 1, maximum: 1 });
    expect((await inspect('broken.safetensors')).stdout).toContain('2 of them are not finite');
  });

  it('shows a run: its best model, both loss curves, its checkpoints', async () => {
    const { run, kind, path, training } = await json('runs/small');
    expect([kind, path]).toEqual(['model', 'runs/small/model.safetensors']);
    expect(training.step).toBe(6);
    expect(run.validation.steps).toEqual([3, 6]);
    expect(run.checkpoints.map(({ step }: { step: number }) => step)).toEqual([6, 4]);
    expect(run.checkpoints[0].bytes).toBe(statSync(join(folder, run.checkpoints[0].path)).size);
    const lines = table((await inspect('runs/small')).stdout);
    const [first, last] = run.validation.losses.map((loss: number) => loss.toFixed(4));
    expect(lines).toContain(`validation | █▁ ${first} to ${last}, least ${last}`);
    expect(lines.filter((line) => line.startsWith('checkpoint |'))).toHaveLength(2);
  });

  it('skips an incomplete line of the metrics', async () => {
    const before = await json('runs/small');
    appendFileSync(join(folder, 'runs/small/metrics.jsonl'), '{"type":"validation","st');
    expect((await json('runs/small')).run).toEqual(before.run);
  });

  it('uses the newest checkpoint of a run that has no model yet, and says so', async () => {
    mkdirSync(join(folder, 'early'));
    mkdirSync(join(folder, 'early/checkpoints'));
    const name = 'checkpoints/step-00000006.safetensors';
    renameSync(join(folder, 'runs/small', name), join(folder, 'early', name));
    const facts = await json('early');
    expect(facts).toMatchObject({ kind: 'checkpoint', path: `early/${name}`, digest: 'matches' });
    expect(facts.trainerNumbers).toBeGreaterThan(0);
    expect(table((await inspect('early')).stdout)).toContain('resumable | yes');
  });

  it('--vocabulary lists all tokens with their ids', async () => {
    const tokens = [...words.tokens, ...Array.from({ length: 30 }, (_, i) => `word${i}`)];
    writeRandomModel(folder, { tokenizer: { type: 'word', tokens } }, 'words.safetensors');
    expect(Object.values((await json('words.safetensors', '--vocabulary')).tokenizer.tokens)).toEqual(tokens);
    const { stdout } = await inspect('words.safetensors', '--vocabulary');
    expect(table(stdout)).toContain('40 | "word29"');
    expect((await inspect('words.safetensors')).stdout).not.toContain('word29');
    expect(Object.keys((await json('words.safetensors')).tokenizer.tokens)).toHaveLength(24);
  });

  it('sends no control characters to the terminal', async () => {
    const painted = '\x1b[31mred';
    const tensor = { name: `w${painted}`, shape: [1], data: Float32Array.of(1) };
    writeSafetensors(join(folder, 'hostile.safetensors'), [tensor], { note: painted });
    for (const args of [[], ['--json']]) {
      const { code, stdout } = await inspect('hostile.safetensors', ...args);
      expect(code).toBe(0);
      expect(stdout).toContain('red');
      expect(stdout).not.toContain('\x1b');
    }
  });

  it('refuses a file of which a byte is altered', async () => {
    const bytes = readFileSync(join(folder, 'model.safetensors'));
    bytes[bytes.length - 5] = bytes[bytes.length - 5]! ^ 1;
    writeFileSync(join(folder, 'altered.safetensors'), bytes);
    const { code, stderr, stdout } = await inspect('altered.safetensors');
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toContain('does not match the SHA-256');
  });
});
