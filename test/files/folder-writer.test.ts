import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeFileAtomically } from '../../src/files/atomic-file.js';
import type { FileSystem } from '../../src/files/file-system.js';
import { type WriteFile, writeFolder } from '../../src/files/folder-writer.js';
import { failingFileSystem } from './failing-file-system.js';
import { temporaryFolder } from './temporary-folder.js';

const fileOf =
  (text: string): WriteFile =>
  (path, options) =>
    writeFileAtomically(path, (append) => append(Buffer.from(text)), options);

const contents = new Map([
  ['one', fileOf('new one')],
  ['two', fileOf('new two')],
]);
const write = (path: string, files?: FileSystem) => writeFolder(path, contents, ['three'], files);
const none = { at: 0, code: 'EIO', lasts: 'once' } as const;

/** A folder with an older version of some files, and a file of someone else. */
function olderFolder(): { parent: string; path: string } {
  const parent = temporaryFolder();
  const path = join(parent, 'folder');
  mkdirSync(path);
  for (const name of ['one', 'three', 'other']) writeFileSync(join(path, name), `old ${name}`);
  return { parent, path };
}

const textsIn = (path: string) =>
  Object.fromEntries(
    readdirSync(path)
      .filter((name) => !name.startsWith('.'))
      .map((name) => [name, readFileSync(join(path, name), 'utf8')]),
  );
const complete = { one: 'new one', two: 'new two' };

describe('writeFolder', () => {
  it('makes a folder', () => {
    const parent = temporaryFolder();
    write(join(parent, 'folder'));
    expect([readdirSync(parent), textsIn(join(parent, 'folder'))]).toEqual([['folder'], complete]);
  });

  it('replaces files, deletes those that are obsolete, and leaves all others', () => {
    const { parent, path } = olderFolder();
    write(path);
    expect(readdirSync(path).sort()).toEqual(['one', 'other', 'two']);
    expect([readdirSync(parent), textsIn(path)]).toEqual([['folder'], { ...complete, other: 'old other' }]);
  });

  it('writes nothing into a folder that a killed process has left', () => {
    const parent = temporaryFolder();
    const left = join(parent, `.folder.${process.pid}.tmp`);
    mkdirSync(left);
    writeFileSync(join(left, 'stray'), '');
    write(join(parent, 'folder'));
    expect(textsIn(join(parent, 'folder'))).toEqual(complete);
  });

  it.each(['once', 'from-then-on'] as const)(
    'leaves no new folder, or a complete one, when any operation fails (%s)',
    (lasts) => {
      const counting = failingFileSystem(none);
      write(join(temporaryFolder(), 'folder'), counting);
      for (let at = 1; at <= counting.count(); at++) {
        const parent = temporaryFolder();
        const path = join(parent, 'folder');
        let failed = false;
        try {
          write(path, failingFileSystem({ at, code: 'ENOSPC', lasts }));
        } catch (error) {
          failed = true;
          expect(error).toMatchObject({ kind: 'disk', message: expect.stringContaining('the disk is full') });
        }
        if (existsSync(path)) expect(textsIn(path)).toEqual(complete);
        else expect(failed).toBe(true);
        if (lasts === 'once') expect(readdirSync(parent).filter((name) => name !== 'folder')).toEqual([]);
      }
    },
  );

  it.each(['once', 'from-then-on'] as const)(
    'leaves only complete files in an existing folder when any operation fails (%s)',
    (lasts) => {
      const counting = failingFileSystem(none);
      write(olderFolder().path, counting);
      for (let at = 1; at <= counting.count(); at++) {
        const { path } = olderFolder();
        try {
          write(path, failingFileSystem({ at, code: 'EIO', lasts }));
        } catch {}
        const texts = Object.entries(textsIn(path));
        for (const [name, text] of texts) expect([`old ${name}`, `new ${name}`]).toContain(text);
        expect(texts.map(([name]) => name)).toEqual(expect.arrayContaining(['one', 'other']));
      }
    },
  );
});
