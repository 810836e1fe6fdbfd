import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { writeSafetensors } from '../../../src/files/safetensors-writer.js';
import type { ModelFile } from '../../../src/run/model-content.js';
import { readModelFile, writeModelFile } from '../../../src/run/model-file.js';
import { byteCharacters } from '../../../src/text/tokenizers/byte-alphabet.js';
import { expectRefusal } from '../expect-refusal.js';
import { textloom } from '../textloom.js';
import { createWorkplace } from '../workplace.js';

const { folder, write, remove } = createWorkplace();
const good = join(folder, 'runs/small/model.safetensors');
beforeAll(() => textloom(['train', 'small.yaml', '--quiet'], folder));
afterAll(remove);

/** A file with a header of our own making. */
function header(json: string, announced: number | bigint = Buffer.byteLength(json)): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(announced));
  return Buffer.concat([length, Buffer.from(json)]);
}

/** The good file with one byte changed. */
function flipped(offset: (bytes: Buffer) => number): Buffer {
  const bytes = readFileSync(good);
  const place = offset(bytes);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  return bytes;
}

/** The good model with something changed, in a file whose checksum is right. */
function changed(change: (model: ModelFile) => Partial<ModelFile>): () => void {
  return () => {
    const model = readModelFile(good);
    writeModelFile(join(folder, 'bad.safetensors'), { ...model, ...change(model) });
  };
}

function withMetadata(metadata: Record<string, string>): () => void {
  return () => writeSafetensors(join(folder, 'bad.safetensors'), readModelFile(good).parameters, metadata);
}

const withParameter = (name: string, change: (data: Float32Array) => { shape?: number[]; data?: Float32Array }) =>
  changed(({ parameters }) => ({
    parameters: parameters.map((one) => (one.name === name ? { ...one, ...change(one.data) } : one)),
  }));

const cases: readonly [what: string, make: () => unknown, ...says: string[]][] = [
  ['is empty', () => Buffer.alloc(0), 'cannot be read as a model'],
  ['is a text', () => Buffer.from('The fox saw the crow.\n'.repeat(10)), 'bad.safetensors is a text, not a model'],
  ['is cut short', () => readFileSync(good).subarray(0, -100), 'bad.safetensors'],
  ['has a changed weight', () => flipped((bytes) => bytes.length - 5), 'SHA-256'],
  ['has a changed header', () => flipped((bytes) => bytes.indexOf('"seed')), 'bad.safetensors'],
  ['has bytes after its end', () => Buffer.concat([readFileSync(good), Buffer.alloc(8)]), 'bad.safetensors'],
  ['announces a header of exabytes', () => header('{}', 2n ** 62n), 'header'],
  ['announces a header longer than itself', () => header('{}', 90_000_000), 'header'],
  ['has a header that is no JSON', () => header('{"a": '), 'header'],
  ['names a tensor __proto__', () => header('{"__proto__":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), '__proto__'],
  [
    'names a tensor twice',
    () => header('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
    'twice',
  ],
  [
    'has a shape beyond all memory',
    () =>
      Buffer.concat([header('{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}'), Buffer.alloc(16)]),
    'shape',
  ],
  [
    'has tensors that overlap',
    () =>
      Buffer.concat([
        header('{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}'),
        Buffer.alloc(6),
      ]),
    'bad.safetensors',
  ],
  ['nests its header deeply', () => header(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), 'deep'],
  ['is not of Textloom', withMetadata({ format: 'pt' }), 'not a Textloom model'],
  [
    'is of a newer format',
    withMetadata({ format: 'textloom', formatVersion: '2', config: '{}', tokenizer: '{}' }),
    'newer',
    'update Textloom',
  ],
  ['has no tokenizer', withMetadata({ format: 'textloom', formatVersion: '1', config: '{}' }), 'no tokenizer'],
  ['has a broken tokenizer', changed(() => ({ tokenizer: { type: 'character', tokens: [1, 2] } })), 'the tokenizer'],
  [
    'has an added token of 5 MB',
    changed(() => ({ tokenizer: { type: 'bpe', tokens: [...byteCharacters, 'x'.repeat(5e6)], merges: [], added: [256] } })),
    'an added token has 5000000 characters',
    'at most 1000 are allowed',
  ],
  ['has no model in its config', changed(() => ({ config: {} })), 'model'],
  [
    'describes a layer of a billion units',
    changed(({ config }) => ({
      config: { ...(config as object), model: { ...(config as { model: object }).model, hiddenSize: 1e9 } },
    })),
    'hiddenSize',
  ],
  ['lacks a parameter', changed(({ parameters }) => ({ parameters: parameters.slice(1) })), 'is missing'],
  [
    'has a parameter too many',
    changed(({ parameters }) => ({ parameters: [...parameters, { name: 'x', shape: [1], data: new Float32Array(1) }] })),
    'parameter "x" is not one',
  ],
  [
    'has a parameter of another shape',
    withParameter('decoder.bias', (data) => ({ shape: [1, data.length] })),
    'decoder.bias has the shape',
  ],
  [
    'has a parameter that is not finite',
    withParameter('decoder.bias', (data) => ({ data: data.map(() => Number.NaN) })),
    'decoder.bias holds NaN',
  ],
];

/** Buffers are the file; other makers write it themselves. Each takes its turn, because they share the file's name. */
describe('a model file that', () => {
  it.for(cases)('%s', async ([, make, ...says]) => {
    const bytes = make();
    if (bytes instanceof Buffer) write('bad.safetensors', bytes);
    expectRefusal(await textloom(['sample', 'bad.safetensors', '-n', '3'], folder), { code: 4, says });
  });
});

describe('at the path of a model', () => {
  it('nothing', async () => {
    expectRefusal(await textloom(['evaluate', 'nowhere.safetensors'], folder), { code: 4, says: 'nowhere.safetensors' });
  });

  it('with control characters in its name is shown safely', async () => {
    expectRefusal(await textloom(['sample', '\x1b[31mred'], folder), {
      code: 4,
      says: 'textloom: \\u{1b}[31mred cannot be read',
    });
  });

  it('a folder without one', async () => {
    mkdirSync(join(folder, 'empty'));
    expectRefusal(await textloom(['sample', 'empty'], folder), { code: 4, says: 'empty is a folder without a run' });
  });
});
