import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCorpus } from '../../src/text/corpus.js';
import { splitDigests } from '../../src/text/split-digests.js';
import { temporaryFolder } from '../files/temporary-folder.js';
import { writeFiles } from './reading/files.js';

const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');

describe('splitDigests', () => {
  it('hashes the text of each split, with a byte that does not occur in text where documents end', async () => {
    const folder = temporaryFolder();
    const path = writeFiles(folder, { 'a.txt': 'ä fox\n\na crow\n', 'b.txt': 'a fox\n\na crow\n' });
    const files = { train: path('a.txt'), test: path('b.txt') };
    expect(await splitDigests(await openCorpus(files), undefined)).toEqual({
      train: sha256('ä fox\n\na crow\n'),
      test: sha256('a fox\n\na crow\n'),
    });
    const end = Uint8Array.of(0xff);
    const documents = await openCorpus({ ...files, documents: 'blank-lines' });
    expect((await splitDigests(documents, undefined)).test).toBe(sha256('a fox\n', end, 'a crow\n', end));
  });

  it('reads a large corpus once, and again when its content has changed', async () => {
    const folder = temporaryFolder();
    const path = writeFiles(folder, { 'a.txt': 'a fox\n' });
    const cache = join(folder, 'cache');
    const digests = async () => splitDigests(await openCorpus({ train: path('a.txt') }), cache);
    expect(await digests()).toEqual({ train: sha256('a fox\n') });
    expect(await digests()).toEqual({ train: sha256('a fox\n') });
    expect(readdirSync(cache).filter((name) => name.startsWith('splits-'))).toHaveLength(1);
    writeFiles(folder, { 'a.txt': 'a crow\n' });
    expect(await digests()).toEqual({ train: sha256('a crow\n') });
  });
});
