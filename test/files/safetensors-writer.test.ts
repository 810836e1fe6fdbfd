import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ReadTensor } from '../../src/files/safetensors-content.js';
import type { Tensor } from '../../src/files/safetensors-format.js';
import { readSafetensors } from '../../src/files/safetensors-reader.js';
import { writeSafetensors } from '../../src/files/safetensors-writer.js';
import { userErrorOf } from '../foundation/thrown.js';
import { failingFileSystem } from './failing-file-system.js';
import { sample } from './sample-tensors.js';
import { temporaryFolder } from './temporary-folder.js';

function byName(tensors: readonly ReadTensor[]): Record<string, ReadTensor> {
  return Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor]));
}

describe('writeSafetensors', () => {
  it('writes what readSafetensors reads, bit for bit', () => {
    const path = join(temporaryFolder(), 'model');
    const metadata = { 'ключ "1"': 'значение\n\\', 1: 'a key like a number', format: 'any' };
    writeSafetensors(path, sample, metadata);
    const file = readSafetensors(path, { digest: 'required' });
    const read = byName(file.tensors);
    expect(Object.keys(read).sort()).toEqual(sample.map(({ name }) => name).sort());
    for (const { name, shape, data } of sample) {
      expect(read[name]!.shape).toEqual(shape);
      expect(read[name]!.data.constructor).toBe(data.constructor);
      expect(read[name]!.data).toEqual(data);
    }
    for (const [key, text] of Object.entries(metadata)) expect(file.metadata.get(key)).toBe(text);
  });

  it('follows the published format: length word, padded JSON, aligned tensors without holes', () => {
    const path = join(temporaryFolder(), 'model');
    writeSafetensors(path, sample, { format: 'any' });
    const bytes = readFileSync(path);
    const length = Number(bytes.readBigUInt64LE());
    expect(length % 8).toBe(0);
    const { __metadata__: metadata, ...tensors } = JSON.parse(bytes.toString('utf8', 8, 8 + length));
    expect(metadata).toEqual({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/), format: 'any' });
    expect(tensors['rnn.weight_ih_l0']).toEqual({ dtype: 'F32', shape: [2, 3], data_offsets: [16, 40] });
    const entries = Object.values(tensors) as { dtype: string; data_offsets: [number, number] }[];
    let end = 0;
    for (const { dtype, data_offsets: offsets } of entries) {
      expect(offsets[0]).toBe(end);
      expect(offsets[0] % (Number(dtype.slice(1)) / 8)).toBe(0);
      end = offsets[1];
    }
    expect(bytes.length).toBe(8 + length + end);
    expect(bytes.readFloatLE(8 + length + 16 + 4)).toBe(-2);
  });

  it('stores the SHA-256 of the whole file with zeros in the place of the digest', () => {
    const path = join(temporaryFolder(), 'model');
    writeSafetensors(path, sample, {});
    const bytes = readFileSync(path);
    const digest = /"sha256":"([0-9a-f]{64})"/.exec(bytes.toString('latin1'))?.[1] as string;
    bytes.write('0'.repeat(64), bytes.indexOf(digest), 'latin1');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
  });

  it('writes views of shared memory, and only their part of it', () => {
    const path = join(temporaryFolder(), 'model');
    const arena = new Float32Array(new SharedArrayBuffer(40));
    arena.set([9, 9, 1, 2, 3, 9]);
    writeSafetensors(path, [{ name: 'w', shape: [3], data: arena.subarray(2, 5) }], {});
    expect(readSafetensors(path, { digest: 'required' }).tensors[0]!.data).toEqual(Float32Array.of(1, 2, 3));
  });

  it('round-trips tensors of any name and shape and metadata of any text', () => {
    const path = join(temporaryFolder(), 'model');
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    const name = text.filter((s) => s !== '__proto__' && s !== '__metadata__');
    const tensor = fc.tuple(name, fc.array(fc.nat(4), { maxLength: 3 }), fc.boolean()).map(([name, shape, isFloat]): Tensor => {
      const length = shape.reduce((product, size) => product * size, 1);
      return { name, shape, data: isFloat ? new Float32Array(length).fill(1.5) : new Uint8Array(length).fill(7) };
    });
    const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 });
    const metadata = fc.dictionary(
      text.filter((s) => s !== '__proto__' && s !== 'sha256'),
      text,
    );
    fc.assert(
      fc.property(tensors, metadata, (tensors, metadata) => {
        writeSafetensors(path, tensors, metadata);
        const file = readSafetensors(path, { digest: 'required' });
        const { sha256: _, ...rest } = Object.fromEntries(file.metadata);
        expect(rest).toEqual({ ...metadata });
        const order = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
        const found = file.tensors.map(({ name, shape, data }) => ({ name, shape, data })).sort(order);
        expect(found).toEqual([...tensors].sort(order));
      }),
    );
  });

  it('refuses a shape that does not fit the data, repeated names, and the key of the digest', () => {
    const path = join(temporaryFolder(), 'model');
    const data = new Float32Array(4);
    expect(() => writeSafetensors(path, [{ name: 'w', shape: [3], data }], {})).toThrow('shape [3] has 4 elements');
    const twice = { name: 'w', shape: [4], data };
    expect(() => writeSafetensors(path, [twice, twice], {})).toThrow('w is taken');
    expect(() => writeSafetensors(path, [{ ...twice, name: '__metadata__' }], {})).toThrow('__metadata__ is taken');
    expect(() => writeSafetensors(path, [], { sha256: '' })).toThrow('sha256 is taken');
  });

  it('does not change the old file when any of its operations fails', () => {
    const path = join(temporaryFolder(), 'model');
    const counting = failingFileSystem({ at: 0, code: '', lasts: 'once' });
    writeSafetensors(path, sample, { age: 'old' }, { files: counting });
    for (let at = 1; at < counting.count(); at++) {
      const files = failingFileSystem({ at, code: 'ENOSPC', lasts: 'once' });
      expect(userErrorOf(() => writeSafetensors(path, sample, { age: 'new' }, { files })).kind).toBe('disk');
      expect(readSafetensors(path, { digest: 'required' }).metadata.get('age')).toBe('old');
    }
  });
});
