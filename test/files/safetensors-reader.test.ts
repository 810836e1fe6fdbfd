import { mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src/files/safetensors-reader.js';
import { writeSafetensors } from '../../src/files/safetensors-writer.js';
import { userErrorOf } from '../foundation/thrown.js';
import { sample } from './sample-tensors.js';
import { temporaryFolder } from './temporary-folder.js';

/** Bytes of a safetensors file, as the format's page describes it. */
function rawFile(header: string | object, data: Uint8Array = new Uint8Array(0)): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

describe('readSafetensors', () => {
  it('reads files of other programs when no digest is required, half precision widened', () => {
    const path = join(temporaryFolder(), 'model');
    const data = Buffer.alloc(14);
    data.writeUInt16LE(0x3c00, 0);
    data.writeUInt16LE(0xc000, 2);
    data.writeUInt16LE(0x4049, 4);
    data.writeFloatLE(0.25, 6);
    data.writeInt32LE(-7, 10);
    writeFileSync(
      path,
      rawFile(
        {
          // Out of order, as a map of another language may leave them.
          int: { dtype: 'I32', shape: [], data_offsets: [10, 14] },
          half: { dtype: 'F16', shape: [2], data_offsets: [0, 4] },
          brain: { dtype: 'BF16', shape: [1, 1], data_offsets: [4, 6] },
          single: { dtype: 'F32', shape: [1], data_offsets: [6, 10] },
        },
        data,
      ),
    );
    const { tensors, metadata } = readSafetensors(path, { digest: 'optional' });
    expect(metadata.size).toBe(0);
    expect(tensors).toEqual([
      { name: 'half', dtype: 'F16', shape: [2], data: Float32Array.of(1, -2) },
      { name: 'brain', dtype: 'BF16', shape: [1, 1], data: Float32Array.of(3.140625) },
      { name: 'single', dtype: 'F32', shape: [1], data: Float32Array.of(0.25) },
      { name: 'int', dtype: 'I32', shape: [], data: Int32Array.of(-7) },
    ]);
    expect(userErrorOf(() => readSafetensors(path, { digest: 'required' })).message).toContain('has no SHA-256');
  });

  it('returns only the selected tensors, and still detects a change in the others', () => {
    const path = join(temporaryFolder(), 'model');
    const large = { name: 'large', shape: [3_000_000], data: new Uint8Array(3_000_000).fill(1) };
    writeSafetensors(path, [...sample, large], {});
    const select = (name: string) => name === 'cursor';
    expect(readSafetensors(path, { digest: 'required', select }).tensors.map(({ name }) => name)).toEqual(['cursor']);
    const bytes = readFileSync(path);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(path, bytes);
    expect(userErrorOf(() => readSafetensors(path, { digest: 'required', select })).message).toContain(
      'does not match the SHA-256',
    );
  });

  it('detects a change of any single byte', () => {
    const path = join(temporaryFolder(), 'model');
    writeSafetensors(path, sample, { format: 'any' });
    const good = readFileSync(path);
    for (let i = 0; i < good.length; i++) {
      for (const flip of [1, 0x20, 0x80]) {
        const bytes = Buffer.from(good);
        bytes[i]! ^= flip;
        writeFileSync(path, bytes);
        const { kind, message } = userErrorOf(() => readSafetensors(path, { digest: 'required' }));
        expect([kind, message.includes(path)]).toEqual(['model', true]);
      }
    }
  });

  it('detects truncation at any length, and anything appended', () => {
    const path = join(temporaryFolder(), 'model');
    writeSafetensors(path, sample, { format: 'any' });
    const good = readFileSync(path);
    for (const digest of ['required', 'optional'] as const) {
      writeFileSync(path, Buffer.concat([good, Buffer.of(0)]));
      expect(userErrorOf(() => readSafetensors(path, { digest })).message).toContain('belong to none');
      writeFileSync(path, good);
      for (let length = good.length - 1; length >= 0; length--) {
        truncateSync(path, length);
        expect(userErrorOf(() => readSafetensors(path, { digest })).kind).toBe('model');
      }
    }
  });

  it('detects several altered bytes together with a shorter or longer end', () => {
    const path = join(temporaryFolder(), 'model');
    writeSafetensors(path, sample, { format: 'any' });
    const good = readFileSync(path);
    const edit = fc.record({ at: fc.nat(good.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 8 }), fc.integer({ min: -20, max: 20 }), (edits, longer) => {
        const bytes = Buffer.alloc(good.length + longer);
        good.copy(bytes);
        for (const { at, to } of edits) if (at < bytes.length) bytes[at] = to;
        writeFileSync(path, bytes);
        const read = () => readSafetensors(path, { digest: 'required' });
        if (bytes.equals(good)) expect(read().tensors).toHaveLength(sample.length);
        else expect(userErrorOf(read).kind).toBe('model');
      }),
      { numRuns: 1000 },
    );
  });

  const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
    dtype: 'F32',
    shape,
    data_offsets: [begin, end],
  });
  const digest64 = '0'.repeat(64);
  it.each<[string, string | object, string]>([
    ['a hole before a tensor', { a: f32(0, 4), b: f32(8, 16) }, '4 bytes before tensor "b" belong to no tensor'],
    ['a hole at the start', { a: f32(4, 16) }, '4 bytes before tensor "a" belong to no tensor'],
    ['an overlap', { a: f32(0, 12), b: f32(8, 16) }, 'tensor "b" overlaps the one before it'],
    ['two tensors in one place', { a: f32(0, 16), b: f32(0, 16) }, 'tensor "b" overlaps'],
    ['bytes after the last tensor', { a: f32(0, 12) }, '4 bytes after the last tensor belong to none'],
    ['a tensor beyond the end', { a: f32(0, 20) }, 'lies at bytes 0 to 20, outside the 16 bytes'],
    ['an end before its beginning', { a: f32(16, 0, [0]) }, 'lies at bytes 16 to 0'],
    ['a shape that needs more bytes', { a: f32(0, 16, [5]) }, '16 bytes of data, but its shape and dtype need 20'],
    ['a shape whose product overflows', { a: f32(0, 16, [2 ** 31, 2 ** 31, 0]) }, 'the shape of tensor "a" overflows'],
    ['a shape whose product wraps to the right size', { a: f32(0, 16, [2 ** 32, 2 ** 32, 4]) }, 'overflows'],
    ['a negative size', { a: f32(0, 16, [-2, -2]) }, 'the shape of tensor "a" is not a list of whole numbers'],
    ['a broken size', { a: f32(0, 16, [1.5]) }, 'is not a list of whole numbers'],
    [
      'a size over 2^53',
      '{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,16]}}',
      'is not a list of whole numbers',
    ],
    ['a shape that is no list', { a: f32(0, 16, 4) }, 'is not a list of whole numbers'],
    [
      'an offset missing',
      { a: { dtype: 'F32', shape: [4], data_offsets: [0] } },
      'data_offsets of tensor "a" are not two whole numbers',
    ],
    ['negative offsets', { a: f32(-16, 0, [4]) }, 'are not two whole numbers'],
    ['an unknown dtype', { a: { ...f32(0, 16), dtype: 'F8_E4M3' } }, 'has the dtype "F8_E4M3"; known are F64'],
    ['a dtype out of the prototype', { a: { ...f32(0, 16), dtype: 'constructor' } }, 'has the dtype "constructor"'],
    ['no dtype', { a: { shape: [4], data_offsets: [0, 16] } }, 'has no dtype'],
    ['a tensor that is a number', { a: 4 }, 'tensor "a" is not described by an object'],
    ['a tensor that is null', { a: null }, 'tensor "a" is not described by an object'],
    ['metadata that is a list', { __metadata__: [] }, '__metadata__ is not an object'],
    ['metadata with a number', { __metadata__: { a: 1 } }, 'the entry "a" of its __metadata__ is not a string'],
    ['a tensor twice', `{"a":${JSON.stringify(f32(0, 16))},"a":${JSON.stringify(f32(0, 16))}}`, 'has the key "a" twice'],
    [
      'a key twice within a tensor',
      '{"a":{"dtype":"F32","dtype":"F32","shape":[4],"data_offsets":[0,16]}}',
      'the key "dtype" twice',
    ],
    ['__proto__', '{"__proto__":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', 'has the key __proto__'],
    ['broken JSON', '{"a":', 'its header is broken: it is not valid JSON'],
    ['deep nesting', `{"a":${'['.repeat(5000)}`, 'nested more than 100 levels deep'],
    ['a million tensors', `{"a":[${'0,'.repeat(1_000_001)}0]}`, 'it has more than 1000000 elements'],
    ['a header that is a list', '[]', 'does not begin with "{"'],
    ['an empty header', '', 'does not begin with "{"'],
    ['a byte order mark', '\ufeff{}', 'does not begin with "{"'],
    ['a digest elsewhere', { a: f32(0, 16), __metadata__: { sha256: digest64 } }, 'not where Textloom writes it'],
    ['a wrong digest', { __metadata__: { sha256: digest64 }, a: f32(0, 16) }, 'does not match the SHA-256'],
    ['a terminal escape in a name', { '\u001b]0;owned\u0007': 4 }, 'tensor "\\u{1b}]0;owned\\u{7}"'],
  ])('refuses %s', (_, header, problem) => {
    const path = join(temporaryFolder(), 'model');
    writeFileSync(path, rawFile(header, Buffer.alloc(16)));
    const { kind, message } = userErrorOf(() => readSafetensors(path, { digest: 'optional' }));
    expect(kind).toBe('model');
    expect(message).toContain(`${path} cannot be read as a model: `);
    expect(message).toContain(problem);
  });

  it('refuses a header that is not UTF-8', () => {
    const path = join(temporaryFolder(), 'model');
    const bytes = rawFile('{"name":{}}');
    bytes[12] = 0xff;
    writeFileSync(path, bytes);
    expect(userErrorOf(() => readSafetensors(path, { digest: 'optional' })).message).toContain('not valid UTF-8');
  });

  it.each([
    [2n ** 64n - 1n, 'more than the 100000000 allowed'],
    [100_000_001n, 'more than the 100000000 allowed'],
    [90_000_000n, 'it is cut short'],
    [3n, 'it is cut short'],
  ])('refuses a header length of %d without making room for it', (length, problem) => {
    const path = join(temporaryFolder(), 'model');
    const bytes = Buffer.alloc(10, '{}');
    bytes.writeBigUInt64LE(length);
    writeFileSync(path, bytes);
    const before = process.memoryUsage().arrayBuffers;
    expect(userErrorOf(() => readSafetensors(path, { digest: 'optional' })).message).toContain(problem);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });

  it('gives a result or a UserError for any header', () => {
    const path = join(temporaryFolder(), 'model');
    const count = fc.oneof(fc.constantFrom(0, 1, 2, 4, 8, 16, -1, 0.5, 2 ** 53, 2 ** 31), fc.anything());
    const entry = fc.record(
      {
        dtype: fc.oneof(fc.constantFrom('F32', 'U8', 'I64', 'F99'), fc.jsonValue()),
        shape: fc.array(count),
        data_offsets: fc.array(count),
      },
      { requiredKeys: [] },
    );
    const header = fc.dictionary(fc.constantFrom('a', 'b', '__metadata__', ''), fc.oneof(entry, fc.jsonValue()));
    fc.assert(
      fc.property(header, (header) => {
        let json: string;
        try {
          json = JSON.stringify(header);
        } catch {
          return;
        }
        writeFileSync(path, rawFile(json, Buffer.alloc(16)));
        try {
          readSafetensors(path, { digest: 'optional' });
        } catch (error) {
          expect(error).toMatchObject({ name: 'UserError', kind: 'model' });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a path that is not a file, and a missing one', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder'));
    writeFileSync(join(folder, 'short'), '1234567');
    const messageFor = (path: string) => {
      const { kind, message } = userErrorOf(() => readSafetensors(path, { digest: 'optional' }));
      expect(kind).toBe('model');
      return message;
    };
    expect(messageFor(join(folder, 'folder'))).toContain('it is a folder');
    expect(messageFor('/dev/zero')).toContain('it is not a regular file');
    expect(messageFor(join(folder, 'short'))).toContain('it has 7 bytes, too few');
    expect(messageFor(join(folder, 'missing'))).toContain('there is no such file');
    expect(messageFor(join(folder, 'short/model'))).toContain('there is no such file');
  });
});
