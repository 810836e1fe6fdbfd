import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openRunnableModel } from '../../../src/engine/onnxruntime/run-model.js';
import { readSafetensors } from '../../../src/files/safetensors-reader.js';
import { readModelFile } from '../../../src/run/model-file.js';
import { readOnnxModelInfo } from '../../../src/run/onnx-metadata.js';
import { writeRandomModel } from '../../sample/trained-model.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, remove, write } = createWorkplace();
afterAll(remove);
write('text.txt', 'the hare and the tortoise.\n'.repeat(40));
const corpus = { path: 'text.txt', split: { train: 0.5, validation: 0.25, test: 0.25 }, boundary: 'line' };
writeRandomModel(folder, { corpus, hiddenSize: 32 });
writeRandomModel(folder, { corpus: { path: 'gone.txt' }, cell: { type: 'gru', reset: 'before' } }, 'gru.safetensors');

const run = (...args: string[]) => textloom(['export', ...args], folder);
const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);
const bytesOf = (name: string) => readFileSync(join(folder, name));

describe('textloom export --to html', () => {
  const modelIn = (name: string) =>
    Buffer.from(/<script type="text\/plain" id="model">([^<]*)</.exec(bytesOf(name).toString())![1]!, 'base64');

  it('writes one file beside the model, and shows what it is', async () => {
    const { code, stdout, stderr } = await run('model.safetensors', '--to', 'html');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.replace(/ {2,}/, ' | '))).toEqual([
      'file | model.html',
      expect.stringMatching(/^size \| \d{3}\.\d kB; the model in it \d+\.\d kB$/),
      'precision | float32',
      '',
    ]);
  });

  it('contains a model file with the weights of the model, bit for bit, and no path of a folder', async () => {
    writeRandomModel(folder, { corpus: { path: '/home/somebody/secret/text.txt' } }, 'private.safetensors');
    await run('private.safetensors', '--to', 'html');
    expect(bytesOf('private.html').toString()).not.toContain('somebody');
    write('inner.safetensors', modelIn('private.html'));
    const inner = readModelFile(join(folder, 'inner.safetensors'));
    expect(JSON.stringify(inner.config)).not.toContain('somebody');
    expect(inner.parameters).toEqual(readModelFile(join(folder, 'private.safetensors')).parameters);
  });

  it.each([
    ['float16', 0.6],
    ['int8', 0.45],
  ])('measures what %s costs, on the test split of the model', async (precision, size) => {
    const result = await json('model.safetensors', '-o', `${precision}.html`, '--precision', precision);
    expect(result).toEqual({
      model: 'model.safetensors',
      to: 'html',
      path: `${precision}.html`,
      bytes: bytesOf(`${precision}.html`).length,
      modelBytes: modelIn(`${precision}.html`).length,
      precision,
      perplexity: {
        text: expect.stringContaining('the test split'),
        tokens: expect.any(Number),
        float32: expect.any(Number),
        exported: expect.any(Number),
      },
    });
    expect(result.modelBytes / bytesOf('model.safetensors').length).toBeLessThan(size);
    expect(result.perplexity.exported).not.toBe(result.perplexity.float32);
    expect(Math.abs(result.perplexity.exported / result.perplexity.float32 - 1)).toBeLessThan(0.05);
    write('inner.safetensors', modelIn(`${precision}.html`));
    const { stdout } = await textloom(['evaluate', 'inner.safetensors', 'text.txt', '--json'], folder);
    expect(JSON.parse(stdout).perplexity).toBeGreaterThan(1);
  });

  it('says that a precision was not measured where the text is gone', async () => {
    const { stdout } = await run('gru.safetensors', '--to', 'html', '--precision', 'int8');
    expect(stdout).toContain("perplexity      not measured: the model's own text cannot be used; give one with --text");
  });

  it('trains only if this is wished', async () => {
    await run('model.safetensors', '-o', 'trains.html', '--with-training');
    expect(bytesOf('trains.html').toString()).toContain('id="learning-form"');
    expect(bytesOf('model.html').toString()).not.toContain('id="learning-form"');
  });

  it('allows its own script and style, WebAssembly, and a worker of its own text, and nothing else', () => {
    const html = bytesOf('model.html').toString();
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)!;
    const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [, script = ''] = /<script>([\s\S]*?)<\/script>/.exec(html)!;
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(html)!;
    expect(policy.replaceAll('&#39;', "'").split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)} 'wasm-unsafe-eval'`,
      `style-src ${hashOf(style)}`,
      'worker-src blob:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(html).not.toMatch(/<[^>]+ style=|<[^>]+ on\w+=|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
  });
});

describe('textloom export --to onnx', () => {
  it('writes one file beside the model, and shows what it is', async () => {
    const { code, stdout, stderr } = await run('model.safetensors', '--to', 'onnx');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.split('\n').map((line) => line.replace(/ {2,}/, ' | '))).toEqual([
      'file | model.onnx',
      `size | ${(statSync(join(folder, 'model.onnx')).size / 1000).toFixed(1)} kB`,
      'opset | 17',
      'form | operators',
      'precision | float32',
      expect.stringMatching(/^verified \| off by \d\.\de-\d of the largest logit at most; 0\.0001 is allowed$/),
      '',
    ]);
    expect(readdirSync(folder).filter((name) => name.includes('onnx'))).toEqual(['model.onnx']);
  });

  it('tells the same in one JSON document', async () => {
    const result = await json('model.safetensors', '-o', 'second.onnx', '--form', 'scan');
    expect(result).toEqual({
      model: 'model.safetensors',
      to: 'onnx',
      path: 'second.onnx',
      bytes: statSync(join(folder, 'second.onnx')).size,
      opset: 17,
      form: 'scan',
      precision: 'float32',
      verified: true,
      tolerance: 1e-4,
      difference: expect.any(Number),
      differenceAt: expect.stringMatching(/^batch \d+, time \d+, window \d$/),
    });
    expect(result.difference).toBeLessThan(1e-4);
  });

  it('writes a file that needs no other: it runs, and contains config and tokenizer', async () => {
    await run('gru.safetensors', '-o', 'alone.onnx');
    const { options, tokenizer, form } = readOnnxModelInfo('alone.onnx', bytesOf('alone.onnx'));
    expect(options.layers[0]).toMatchObject({ type: 'gru', size: 12, dropout: 0.25, reset: 'before' });
    expect(form).toBe('operators');
    const model = await openRunnableModel(bytesOf('alone.onnx'), { threads: 1 });
    const state = { shape: [2, 12], data: new Float32Array(24) };
    const data = BigInt64Array.from([...tokenizer.encode('the fox')], BigInt);
    const tokens = { shape: [2, 3], data: data.subarray(0, 6) };
    const outputs = await model.run({ tokens, 'h.0': state, 'h.1': state });
    await model.close();
    expect(Object.fromEntries(Object.entries(outputs).map(([name, { shape }]) => [name, shape]))).toEqual({
      logits: [2, 3, options.vocabularySize],
      'next.h.0': [2, 12],
      'next.h.1': [2, 12],
    });
  });

  it.each([
    ['float16', 0.6],
    ['int8', 0.45],
  ])('measures what %s costs, on the test split of the model', async (precision, size) => {
    const result = await json('model.safetensors', '-o', `${precision}.onnx`, '--precision', precision);
    expect(result.bytes / result.float32Bytes).toBeLessThan(size);
    expect(result.perplexity).toEqual({
      text: expect.stringContaining('the test split (text.txt'),
      tokens: 269,
      float32: expect.any(Number),
      exported: expect.any(Number),
    });
    const { float32, exported } = result.perplexity;
    expect(exported).not.toBe(float32);
    expect(Math.abs(exported / float32 - 1)).toBeLessThan(0.05);
    expect(result.precisionDifference).toBeGreaterThan(result.difference);
  });

  it('measures on a given text, in agreement with evaluate-perplexity', async () => {
    write('other.txt', 'the tortoise said.\n');
    const { perplexity } = await json('gru.safetensors', '-o', 'other.onnx', '--precision', 'float16', '--text', 'other.txt');
    const { stdout } = await textloom(['evaluate', 'gru.safetensors', 'other.txt', '--json'], folder);
    expect(perplexity).toMatchObject({ text: 'other.txt', tokens: 18 });
    expect(perplexity.float32 / JSON.parse(stdout).perplexity).toBeCloseTo(1, 4);
  });

  it('says so when there is no text to measure on', async () => {
    const { code, stdout } = await run('gru.safetensors', '-o', 'unmeasured.onnx', '--precision', 'int8');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/perplexity +not measured: .* give one with --text\n/)]);
  });

  it('omits the verification on request, and says so', async () => {
    const { code, stdout } = await run('model.safetensors', '-o', 'unverified.onnx', '--no-verify');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/verified +no\n$/)]);
    await run('model.safetensors', '-o', 'verified.onnx');
    expect(bytesOf('unverified.onnx').equals(bytesOf('verified.onnx'))).toBe(true);
  });
});

describe('textloom export --to vectors', () => {
  it('writes the embedding as text beside the model, a line for each token', async () => {
    const { code, stdout } = await run('model.safetensors', '--to', 'vectors');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^vectors +model\.vec, /)]);
    const lines = bytesOf('model.vec').toString().trimEnd().split('\n');
    const [size, columns] = lines[0]!.split(' ').map(Number) as [number, number];
    expect(lines).toHaveLength(size + 1);
    for (const line of lines.slice(1)) expect(line.split(' ')).toHaveLength(columns + 1);
    const other = await run('model.safetensors', '--to', 'vectors', '-o', 'model.txt');
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('the name of such a file ends in .vec')]);
  });
});

describe('textloom export to weights', () => {
  it('writes a safetensors file of the same tensors', async () => {
    const { code, stdout } = await run('model.safetensors', '--to', 'safetensors');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^weights +model-weights\.safetensors, [\d.]+ kB\n$/)]);
    const [ours, theirs] = ['model.safetensors', 'model-weights.safetensors'].map((name) =>
      readSafetensors(join(folder, name), { digest: 'required' }),
    );
    expect(theirs!.tensors).toEqual(ours!.tensors);
  });

  it('writes weights and a module for PyTorch', async () => {
    const { files } = await json('model.safetensors', '-o', 'fox.py');
    expect(files.map(({ path, what }: { path: string; what: string }) => [path, what])).toEqual([
      ['fox.safetensors', 'weights'],
      ['fox.py', 'Python module'],
    ]);
    expect(bytesOf('fox.py').toString()).toContain('import torch');
  });
});
