import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  asDiskError,
  freeSpace,
  isSystemError,
  readError,
  type SystemError,
  systemReason,
  untranslatedSystemError,
} from '../../src/files/system-errors.js';
import { temporaryFolder } from './temporary-folder.js';

/** An error as the functions of node:fs throw it. */
const systemError = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: open`), { code, syscall: 'open', ...(path !== undefined && { path }) }) as SystemError;

describe('an error of the operating system', () => {
  it('has a system call and a code', () => {
    expect(isSystemError(systemError('EIO'))).toBe(true);
    for (const other of [new Error('EIO'), { code: 'EIO', syscall: 'open' }, Object.assign(new Error(''), { code: 'EIO' }), 3])
      expect(isSystemError(other)).toBe(false);
    expect(isSystemError(Object.assign(new Error(''), { code: 5, syscall: 'open' }))).toBe(false);
  });

  it.each([
    ['ENOSPC', 'the disk is full'],
    ['EACCES', 'permission denied'],
    ['EROFS', 'read-only'],
    ['EMFILE', 'ulimit -n'],
    ['EFBIG', 'ulimit -f'],
    ['ENOTDIR', 'a file where a folder is needed'],
    ['EDQUOT', 'the disk quota is used up'],
    ['EPERM', 'permission denied'],
    ['EIO', 'the device reported an error'],
    ['ENOENT', 'a folder on the way to it is missing'],
    ['EEXIST', 'something else with this name exists'],
    ['EISDIR', 'a folder with this name exists'],
    ['ELOOP', 'symbolic link'],
    ['EFTYPE', 'not a regular file'],
    ['ENXIO', 'not a regular file'],
    ['ENAMETOOLONG', 'the name is too long'],
    ['ENFILE', 'on this machine'],
    ['EBUSY', 'another program is using it'],
    ['ENOTEMPTY', 'the folder is not empty'],
    ['EWEIRD', 'the operating system refused'],
  ])('is explained: %s', (code, reason) => {
    expect(systemReason(systemError(code))).toMatch(new RegExp(`${reason}.* \\(${code}\\)$`));
  });

  it('while writing says what is intact, and how much space is free where that is the reason', () => {
    const path = join(temporaryFolder(), 'missing/file');
    const said = (code: string, doing?: string) => asDiskError(systemError(code), path, 'All is well.', doing) as Error;
    for (const code of ['ENOSPC', 'EDQUOT'])
      expect(said(code).message).toMatch(/^cannot write .*file: the disk .*\); \d+\.\d MB are free there\. All is well\.$/);
    expect(said('EIO', 'delete').message).toBe(`cannot delete ${path}: the device reported an error (EIO). All is well.`);
    expect(said('EIO')).toMatchObject({ kind: 'disk', cause: { code: 'EIO' } });
    const bug = new TypeError('bug');
    expect(asDiskError(bug, path, '')).toBe(bug);
  });

  it.each([
    ['ENOENT', 'there is no such file'],
    ['ENOTDIR', 'there is no such file'],
    ['ELOOP', 'leads to itself'],
    ['EISDIR', 'it is a folder'],
    ['EFTYPE', 'it is not a regular file'],
    ['ENXIO', 'it is not a regular file'],
    ['EIO', 'the device reported an error'],
  ])('while a model is read is one of the path: %s', (code, reason) => {
    const { kind, message, cause } = readError(systemError(code), 'a/model');
    expect([kind, message]).toEqual([
      'model',
      expect.stringMatching(`^a/model cannot be read as a model: .*${reason} \\(${code}\\)$`),
    ]);
    expect(cause).toMatchObject({ code });
  });

  it('while a model is read is one of the disk in all other cases', () => {
    const { kind, message } = readError(systemError('EACCES'), 'a/model');
    expect([kind, message]).toEqual(['disk', 'a/model cannot be read: permission denied (EACCES)']);
  });
});

describe('an error that no caller has translated', () => {
  it('is one of the disk where the machine or permissions cause it', () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO'])
      expect(untranslatedSystemError(systemError(code, 'a/file'))).toMatchObject({
        kind: 'disk',
        message: expect.stringMatching(`^a/file cannot be used: .* \\(${code}\\)$`),
        cause: { code },
      });
  });

  it('names no file when too many are open, for any could be the one too many', () => {
    for (const code of ['EMFILE', 'ENFILE'])
      expect(untranslatedSystemError(systemError(code, 'a/file'))?.message).toMatch(/^a file cannot be used: too many files/);
    const module = Object.assign(new Error('x'), { code: 'ERR_MODULE_NOT_FOUND' });
    expect(untranslatedSystemError(module)).toMatchObject({
      kind: 'disk',
      message: expect.stringMatching(/^a part of the program cannot be loaded: .*ulimit -n 1024, or install Textloom again$/),
      cause: module,
    });
  });

  it('is left as it is in all other cases: it may be a bug', () => {
    const others = [
      systemError('ENOENT', 'a/file'),
      systemError('EIO'),
      new Error('x'),
      { code: 'ERR_MODULE_NOT_FOUND' },
      undefined,
    ];
    for (const other of others) expect(untranslatedSystemError(other)).toBeUndefined();
  });
});

it('the free space of a path is that of the folder where it would be', () => {
  const folder = temporaryFolder();
  const { bavail, bsize } = statfsSync(folder);
  // Other programs may write meanwhile.
  for (const path of [folder, join(folder, 'a/b/c')])
    expect(Math.abs(freeSpace(path)! / (bavail * bsize) - 1)).toBeLessThan(0.1);
});
