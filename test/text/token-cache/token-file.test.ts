import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TokenFileKind } from '../../../src/text/token-cache/token-file-format.js';
import { openTokenFile } from '../../../src/text/token-cache/token-file-reader.js';
import { writeTokenFile } from '../../../src/text/token-cache/token-file-writer.js';
import { temporaryFolder } from '../../files/temporary-folder.js';

/** Writes tokens in pieces; those that are multiples of 10 end documents. */
function writeTokens(path: string, vocabularySize: number, tokens: Record<'train' | 'test', Int32Array>, marks = true) {
  const writer = writeTokenFile(path, vocabularySize, marks);
  for (const split of ['train', 'test'] as const) {
    for (let i = 0; i < tokens[split].length; ) {
      const piece = tokens[split].subarray(i, i + 1 + (i % 7000));
      const end = piece.findIndex((id) => id % 10 === 0);
      if (end === 0) writer.endDocument(split, piece[0]!);
      else writer.push(split, end < 0 ? piece : piece.slice(0, end));
      i += end === 0 ? 1 : end < 0 ? piece.length : end;
    }
  }
  writer.finish();
}

const kindOf = (vocabularySize: number, marksDocumentEnds = true): TokenFileKind => ({
  vocabularySize,
  marksDocumentEnds,
  splits: ['train', 'test'],
});

/** The file with another footer, or some of its values, and other tokens; the digests are right. */
function forge(bytes: Buffer, changes: object | string, changeTokens: (data: Buffer) => void = () => {}): Buffer {
  const length = bytes.readUInt32LE(bytes.length - 12);
  const footerStart = bytes.length - 44 - length;
  const blocks = Math.ceil(footerStart / (16_384 + 4));
  const data = Buffer.from(bytes.subarray(0, footerStart - 4 * blocks));
  changeTokens(data);
  const footer = JSON.parse(bytes.toString('utf8', footerStart, footerStart + length));
  const json = Buffer.from(typeof changes === 'string' ? changes : JSON.stringify({ ...footer, ...changes }));
  const sums = Array.from({ length: blocks }, (_, i) => crc32(data.subarray(i * 16_384, (i + 1) * 16_384)));
  const table = Buffer.from(Uint32Array.from(sums).buffer);
  const end = Buffer.alloc(4);
  end.writeUInt32LE(json.length);
  return Buffer.concat([data, table, json, createHash('sha256').update(table).update(json).digest(), end, bytes.subarray(-8)]);
}

const tokensOf = (length: number, vocabularySize: number) => Int32Array.from({ length }, (_, i) => (i * 7919) % vocabularySize);

describe('a token file', () => {
  it.each([
    [100, true],
    [128, true],
    [256, false],
    [257, false],
    [32_768, true],
    [40_000, true],
    [65_536, false],
    [100_000, false],
  ])('gives back what was written, of %i tokens, with marks: %s', (vocabularySize, marks) => {
    const path = join(temporaryFolder(), 'tokens.bin');
    const tokens = { train: tokensOf(70_000, vocabularySize), test: tokensOf(5, vocabularySize) };
    writeTokens(path, vocabularySize, tokens, marks);
    const file = openTokenFile(path, kindOf(vocabularySize, marks))!;
    const { train, test } = file.splits;
    expect([train!.length, test!.length]).toEqual([70_000, 5]);
    expect(train!.readDocumentEnds !== undefined).toBe(marks);
    const window = fc.tuple(fc.nat(69_999), fc.integer({ min: 1, max: 20_000 }));
    fc.assert(
      fc.property(window, ([start, most]) => {
        const count = Math.min(most, 70_000 - start);
        const ids = new Int32Array(count);
        train!.read(start, ids, count);
        expect(ids.every((id, i) => id === tokens.train[start + i])).toBe(true);
        if (!marks) return;
        const ends = new Uint8Array(count);
        train!.readDocumentEnds!(start, ends, count);
        expect(ends.every((end, i) => end === Number(ids[i]! % 10 === 0))).toBe(true);
      }),
      { numRuns: 30 },
    );
    const last = new Int32Array(5);
    test!.read(0, last, 5);
    expect(last).toEqual(tokens.test);
    file.close();
  });

  it('is refused when it is truncated, at any length', () => {
    const path = join(temporaryFolder(), 'tokens.bin');
    writeTokens(path, 50, { train: tokensOf(40_000, 50), test: tokensOf(3, 50) });
    const { size } = statSync(path);
    for (const length of [size - 1, size - 8, size - 50, size - 300, 40_000, 16_384, 100, 1, 0]) {
      truncateSync(path, length);
      expect(openTokenFile(path, kindOf(50))).toBeUndefined();
    }
  });

  it('is refused when it is altered: around the tokens when it is opened, in them when they are read', () => {
    const path = join(temporaryFolder(), 'tokens.bin');
    writeTokens(path, 50, { train: tokensOf(40_000, 50), test: tokensOf(3, 50) });
    const bytes = readFileSync(path);
    const altered = (index: number) => {
      const copy = Uint8Array.from(bytes);
      copy[index]! ^= 1;
      writeFileSync(path, copy);
      return openTokenFile(path, kindOf(50));
    };
    for (let index = 40_003; index < bytes.length; index++) expect(altered(index)).toBeUndefined();
    const file = altered(20_000)!;
    const ids = new Int32Array(100);
    file.splits.train!.read(0, ids, 100);
    expect(ids).toEqual(tokensOf(100, 50));
    expect(() => file.splits.train!.read(16_380, ids, 100)).toThrow(
      /tokens.bin: the tokens of the corpus have been altered.*Delete the file/,
    );
    file.close();
  });

  it.each<[what: string, changes: object | string]>([
    ['text', 'null'],
    ['another vocabulary', { vocabularySize: 51 }],
    ['no marks', { marksDocumentEnds: false }],
    ['tokens of no bytes', { bytesPerToken: 0 }],
    ['tokens of two bytes', { bytesPerToken: 2 }],
    ['a number as digest', { digest: 5 }],
    ['no splits', { splits: undefined }],
    ['one split', { splits: { train: { start: 0, length: 40_003 } } }],
    ['a split that begins later', { splits: { train: { start: 0, length: 5 }, test: { start: 9, length: 3 } } }],
    ['splits that overlap', { splits: { train: { start: 0, length: 40_000 }, test: { start: 0, length: 3 } } }],
    ['a split beyond the end', { splits: { train: { start: 0, length: 40_000 }, test: { start: 40_000, length: 4 } } }],
    ['a length below 0', { splits: { train: { start: 0, length: -5 }, test: { start: -5, length: 40_008 } } }],
    ['a split that is no map', { splits: { train: 7, test: [] } }],
  ])('is not taken with %s in its footer, whose digest is right', (_, changes) => {
    const path = join(temporaryFolder(), 'tokens.bin');
    writeTokens(path, 50, { train: tokensOf(40_000, 50), test: tokensOf(3, 50) });
    const bytes = readFileSync(path);
    writeFileSync(path, forge(bytes, {}));
    openTokenFile(path, kindOf(50))!.close();
    writeFileSync(path, forge(bytes, changes));
    expect(openTokenFile(path, kindOf(50))).toBeUndefined();
  });

  it('with an id outside of the vocabulary is refused, though all digests are right', () => {
    const path = join(temporaryFolder(), 'tokens.bin');
    writeTokens(path, 50, { train: tokensOf(40_000, 50), test: tokensOf(3, 50) });
    // From 50 to 99 are ids that end a document.
    writeFileSync(
      path,
      forge(readFileSync(path), {}, (data) => data.writeUInt8(100, 20_000)),
    );
    const file = openTokenFile(path, kindOf(50))!;
    const ids = new Int32Array(100);
    file.splits.train!.read(0, ids, 100);
    expect(() => file.splits.train!.read(19_990, ids, 100)).toThrow(/have been altered.*Delete the file/);
    file.close();
  });

  it('is treated as missing where a folder or a pipe is at its path', () => {
    const folder = temporaryFolder();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(openTokenFile(folder, kindOf(50))).toBeUndefined();
    expect(openTokenFile(join(folder, 'pipe'), kindOf(50))).toBeUndefined();
  });

  it('does not exist until it is finished', () => {
    const path = join(temporaryFolder(), 'tokens.bin');
    const only: TokenFileKind = { vocabularySize: 10, marksDocumentEnds: false, splits: ['train'] };
    const writer = writeTokenFile(path, 10, false);
    writer.push('train', Int32Array.of(1, 2));
    expect(openTokenFile(path, only)).toBeUndefined();
    writer.abandon();
    const other = writeTokenFile(path, 10, false);
    const both = writeTokenFile(path, 10, false);
    for (const each of [other, both]) {
      each.push('train', Int32Array.of(1, 2));
      each.finish();
    }
    expect(openTokenFile(path, only)!.splits.train!.length).toBe(2);
  });
});
