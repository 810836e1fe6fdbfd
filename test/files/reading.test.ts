/** Reading whole files, or their beginnings, that others may have created. */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileDigest } from '../../src/files/file-digest.js';
import { readBytes } from '../../src/files/read-bytes.js';
import { isFolder, kindOf, openRegularFile, readBeginning } from '../../src/files/regular-file.js';
import { userErrorOf } from '../foundation/thrown.js';
import { temporaryFolder } from './temporary-folder.js';

/** A folder with a file of five bytes, a link to it, a link to itself, a folder, and where there are such things, a pipe. */
function things() {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  writeFileSync(at('file'), 'abcde');
  symlinkSync(at('file'), at('link'));
  symlinkSync(at('loop'), at('loop'));
  mkdirSync(at('folder'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [at('pipe')]);
  return at;
}

describe('a regular file', () => {
  it('is read from its beginning, up to the length that is asked for', () => {
    const at = things();
    expect(['file', 'link'].map((name) => readBeginning(at(name), 3).toString())).toEqual(['abc', 'abc']);
    expect(readBeginning(at('file'), 5).toString()).toBe('abcde');
    expect(readBeginning(at('file'), 100).toString()).toBe('abcde');
    expect(openRegularFile(at('file')).size).toBe(5);
  });

  it('is refused in the form of a symbolic link where links are refused', () => {
    const at = things();
    expect(readBeginning(at('file'), 3, 'refuse').toString()).toBe('abc');
    expect(() => readBeginning(at('link'), 3, 'refuse')).toThrow(expect.objectContaining({ code: 'ELOOP' }));
  });

  it('is neither a folder nor a pipe', () => {
    const at = things();
    expect(() => openRegularFile(at('folder'))).toThrow(
      expect.objectContaining({ code: 'EISDIR', syscall: 'open', path: at('folder') }),
    );
    if (process.platform !== 'win32')
      expect(() => openRegularFile(at('pipe'))).toThrow(expect.objectContaining({ code: 'EFTYPE' }));
  });

  it('is told from a folder, from what is neither, and from nothing', () => {
    const at = things();
    expect(['file', 'link', 'folder'].map((name) => kindOf(at(name)))).toEqual(['file', 'file', 'folder']);
    for (const nothing of ['missing', 'loop', 'file/below', 'x'.repeat(300)]) expect(kindOf(at(nothing))).toBeUndefined();
    if (process.platform !== 'win32') expect(kindOf(at('pipe'))).toBe('special');
    expect(['file', 'folder'].map((name) => isFolder(at(name)))).toEqual([false, true]);
  });
});

describe('a whole file', () => {
  it('is read up to the largest size that is allowed', () => {
    const at = things();
    expect(Buffer.from(readBytes(at('file'), 5)).toString()).toBe('abcde');
    const { kind, message } = userErrorOf(() => readBytes(at('file'), 4));
    expect([kind, message]).toEqual([
      'model',
      `${at('file')} cannot be read as a model: it has 5 bytes, and such files end at 4`,
    ]);
  });

  it('that is missing is an error of the path', async () => {
    const at = things();
    const missing = userErrorOf(() => readBytes(at('missing'), 5));
    expect([missing.kind, missing.message]).toEqual([
      'model',
      `${at('missing')} cannot be read as a model: there is no such file (ENOENT)`,
    ]);
    await expect(fileDigest(at('folder'))).rejects.toMatchObject({
      kind: 'model',
      message: `${at('folder')} cannot be read as a model: it is a folder (EISDIR)`,
    });
  });

  it('has its SHA-256 computed in pieces', async () => {
    const path = join(temporaryFolder(), 'file');
    const bytes = Buffer.alloc(2_500_000, 'textloom');
    writeFileSync(path, bytes);
    expect(await fileDigest(path)).toBe(createHash('sha256').update(bytes).digest('hex'));
  });
});
