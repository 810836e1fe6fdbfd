import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTokenFile } from '../../../src/text/token-cache/token-file-reader.js';
import { writeTokenFile } from '../../../src/text/token-cache/token-file-writer.js';
import { temporaryFolder } from '../../checkpoint/temporary-folder.js';

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
    const file = openTokenFile(path)!;
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

  it('is noticed to be cut off, at whatever length', () => {
    const path = join(temporaryFolder(), 'tokens.bin');
    writeTokens(path, 50, { train: tokensOf(40_000, 50), test: tokensOf(3, 50) });
    const { size } = statSync(path);
    for (const length of [size - 1, size - 8, size - 50, size - 300, 40_000, 16_384, 100, 1, 0]) {
      truncateSync(path, length);
      expect(openTokenFile(path)).toBeUndefined();
    }
  });

  it('is noticed to be altered: around the tokens when it is opened, in them when they are read', () => {
    const path = join(temporaryFolder(), 'tokens.bin');
    writeTokens(path, 50, { train: tokensOf(40_000, 50), test: tokensOf(3, 50) });
    const bytes = readFileSync(path);
    const altered = (index: number) => {
      const copy = Uint8Array.from(bytes);
      copy[index]! ^= 1;
      writeFileSync(path, copy);
      return openTokenFile(path);
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

  it('is not there until it is finished', () => {
    const path = join(temporaryFolder(), 'tokens.bin');
    const writer = writeTokenFile(path, 10, false);
    writer.push('train', Int32Array.of(1, 2));
    expect(openTokenFile(path)).toBeUndefined();
    writer.abandon();
    const other = writeTokenFile(path, 10, false);
    const both = writeTokenFile(path, 10, false);
    for (const each of [other, both]) {
      each.push('train', Int32Array.of(1, 2));
      each.finish();
    }
    expect(openTokenFile(path)!.splits.train!.length).toBe(2);
  });
});
