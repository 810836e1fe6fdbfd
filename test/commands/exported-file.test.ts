import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTypedArrayEngine } from '../../src/engine/typed-array/typed-array-engine.js';
import { exportOnnx, type OnnxPrecision } from '../../src/export/onnx-export.js';
import type { OnnxForm } from '../../src/export/onnx-graph.js';
import { openModel } from '../../src/run/open-model.js';
import type { CellChoice } from '../model/short-form.js';
import { writeRandomModel } from '../sample/trained-model.js';
import { expectRefusal } from './expect-refusal.js';
import { textloom } from './textloom.js';
import { createWorkplace } from './workplace.js';

const { folder, write, remove } = createWorkplace();
const engine = createTypedArrayEngine({ shards: 1, threads: 1 });
afterAll(() => {
  engine.close();
  remove();
});
write('text.txt', 'the fox said to the crow, eat now.\n'.repeat(300));

interface Made {
  readonly cell?: CellChoice;
  readonly form?: OnnxForm;
  readonly precision?: OnnxPrecision;
}

/** Writes `NAME.safetensors` and, exported, `NAME.onnx`. */
async function make(name: string, { cell = { type: 'lstm' }, form = 'operators', precision = 'float32' }: Made = {}) {
  const model = openModel(writeRandomModel(folder, { cell, range: 0.5 }, `${name}.safetensors`), engine);
  const path = join(folder, `${name}.onnx`);
  await exportOnnx({ model, engine, path, form, precision, verify: false, threads: 1 });
  return readFileSync(path);
}

const run = (...args: string[]) => textloom(args, folder);
const greedy = (model: string) => run('sample', model, '-p', 'the fox', '-n', '100', '--temperature', '0');
const evaluation = async (model: string, ...flags: string[]) =>
  JSON.parse((await run('evaluate', model, 'text.txt', '--json', ...flags)).stdout);

describe('an exported file as a model', () => {
  it.each<[string, Made]>([
    ['lstm-operators', {}],
    ['gru-before-scan', { cell: { type: 'gru', reset: 'before' }, form: 'scan' }],
    ['gru-after-operators', { cell: { type: 'gru', reset: 'after' } }],
    ['rnn-scan', { cell: { type: 'rnn', nonlinearity: 'relu' }, form: 'scan' }],
  ])('writes the likeliest text that the typed-array core writes: %s', async (name, made) => {
    await make(name, made);
    const [own, exported] = await Promise.all([greedy(`${name}.safetensors`), greedy(`${name}.onnx`)]);
    expect(own.stdout.length).toBeGreaterThan(100);
    expect(exported).toEqual(own);
  });

  it('predicts a text as the model does: in parallel streams, and compared with it', async () => {
    await make('long');
    const { natsPerToken, comparison } = await evaluation('long.onnx', '--compare', 'long.safetensors');
    expect(natsPerToken / comparison.natsPerUnit[1]).toBeCloseTo(1, 5);
    expect(comparison.natsPerUnit[0]).not.toBe(comparison.natsPerUnit[1]);
  });

  it.each<[OnnxPrecision, OnnxForm]>([
    ['float16', 'scan'],
    ['int8', 'operators'],
  ])('computes in %s', async (precision, form) => {
    await make(precision, { precision, form });
    const { natsPerToken, comparison } = await evaluation(`${precision}.onnx`, '--compare', `${precision}.safetensors`);
    const apart = Math.abs(natsPerToken / comparison.natsPerUnit[1] - 1);
    expect(apart).toBeLessThan(0.01);
    expect(apart).toBeGreaterThan(1e-9);
  });

  it('generates many texts together as each alone, also in int8', async () => {
    await make('bytes', { precision: 'int8' });
    const flags = ['-n', '30', '--seed', '5', '--json'];
    write('prompts.txt', 'the fox\na crow\nit\n');
    const together = JSON.parse((await run('sample', 'bytes.onnx', '--prompts', 'prompts.txt', ...flags)).stdout);
    const alone = JSON.parse((await run('sample', 'bytes.onnx', '-p', 'a crow', ...flags)).stdout);
    expect(together.prompts[1].samples).toEqual(alone.samples);
  });

  it('supports beam search, and reading in windows', async () => {
    await make('both');
    const beams = (model: string) => run('sample', model, '-p', 'the', '--beams', '3', '-n', '12');
    const [own, exported] = await Promise.all([beams('both.safetensors'), beams('both.onnx')]);
    expect(exported).toEqual(own);
    const windows = ['--window', '40', '--stride', '20'];
    const [plain, other] = await Promise.all(['both.safetensors', 'both.onnx'].map((model) => evaluation(model, ...windows)));
    expect(other.natsPerToken / plain.natsPerToken).toBeCloseTo(1, 5);
  });
});

describe('inspecting an exported file', () => {
  it('shows its form, and its constants', async () => {
    await make('seen', { precision: 'float16' });
    const { code, stdout } = await run('inspect', 'seen.onnx');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^seen\.onnx: LSTM language model of characters, 3,046 parameters, exported\n/),
    ]);
    expect(stdout).toContain('ONNX, float16, layers as operators');
    const [own, exported] = await Promise.all(
      ['seen.safetensors', 'seen.onnx'].map(async (file) => JSON.parse((await run('inspect', file, '--json')).stdout)),
    );
    for (const key of ['model', 'parameters', 'tokenizer', 'config', 'training']) expect(exported[key]).toEqual(own[key]);
    const [ours, theirs] = [own, exported].map(({ tensors }) =>
      tensors.find(({ name }: { name: string }) => name === 'decoder.weight'),
    );
    expect(theirs).toMatchObject({ dtype: 'F16', shape: ours.shape, count: ours.count });
    expect(theirs.norm / ours.norm).toBeCloseTo(1, 3);
  });
});

describe('an exported file is refused', () => {
  it.each([
    [
      ['sample', 'x.onnx', '--engine', 'typed-array'],
      ['--engine typed-array and x.onnx', 'on the CPU'],
    ],
    [['evaluate', 'x.onnx', '--engine', 'onnxruntime', '--provider', 'cuda'], ['--provider cuda and x.onnx']],
    [
      ['evaluate', 'x.onnx', '--cache', '100'],
      ['--cache and x.onnx', 'the parameters'],
    ],
    [['sample', 'x.onnx', '--show-attention'], ['--show-attention and x.onnx']],
    [['evaluate', 'x.onnx', '--dynamic', 'sgd'], ['--dynamic and x.onnx']],
    [['evaluate', 'x.onnx', '--context'], ['--context and x.onnx']],
  ])('by flags that need the model itself: %j', async (args, says) => {
    expectRefusal(await run(...args), { code: 2, says });
  });

  it.each([['export', ['-o', 'y.onnx']]])('by %s, which needs the parameters of the model', async (command, flags) => {
    await make('z');
    expectRefusal(await run(command, 'z.onnx', ...flags), { code: 4, says: ['z.onnx is an exported file'] });
  });

  it('where it does not exist', async () => {
    expectRefusal(await run('sample', 'nowhere.onnx'), { code: 4, says: ['nowhere.onnx', 'no such file'] });
  });

  it('with a weight that has changed', async () => {
    const bytes = await make('flipped');
    const weights = bytes.indexOf('encoder.weight') + 40;
    bytes[weights] = bytes[weights]! ^ 1;
    write('flipped.onnx', bytes);
    expectRefusal(await run('sample', 'flipped.onnx'), { code: 4, says: ['flipped.onnx was cut short, damaged or changed'] });
  });

  it('that is truncated', async () => {
    const bytes = await make('short');
    write('short.onnx', bytes.subarray(0, bytes.length / 2));
    expectRefusal(await run('evaluate', 'short.onnx', 'text.txt'), { code: 4, says: ['short.onnx cannot be read', 'ends'] });
  });
});
