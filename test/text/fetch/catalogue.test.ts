import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicCorpora } from '../../../src/text/fetch/catalogue.js';
import { skipReason } from '../../outside-programs.js';

const files = publicCorpora.flatMap(({ files: list }) => list);
const data = join(import.meta.dirname, '../../../../shared/data');

describe('the public corpora', () => {
  it('have names of their own, https addresses of a fixed revision, sizes and digests', () => {
    expect(new Set(publicCorpora.map(({ name }) => name)).size).toBe(publicCorpora.length);
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    for (const { address, bytes, sha256 } of files) {
      expect(new URL(address).protocol).toBe('https:');
      expect(address).toMatch(/\/[0-9a-f]{40}\//);
      expect(bytes).toBeGreaterThan(100_000);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    for (const { licence } of publicCorpora) expect(licence).not.toBe('');
  });

  it.skipIf(!existsSync(data))(`are the files that the benchmarks use${skipReason(existsSync(data), data)}`, () => {
    for (const { name, bytes, sha256 } of files) {
      const content = readFileSync(join(data, name));
      expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
    }
  });
});
