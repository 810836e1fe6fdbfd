import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../errors.js';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than the limit (see ulimit -f)',
  EROFS: 'the disk is mounted read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EIO: 'the device reported an error',
  ENOENT: 'a folder on the way to it is missing',
  ENOTDIR: 'a part of the path is a file where a folder is needed',
  EEXIST: 'something else stands in its place',
  EISDIR: 'a folder stands in its place',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** True for an error of the operating system, as the functions of node:fs throw them. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'syscall' in error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

/**
 * What to throw when writing (or deleting, ...) `path` has failed: a `disk` UserError that says why, how much room is left and, by the sentence
 * `kept`, what is safe. Errors that are not the operating system's come back as they are.
 */
export function asDiskError(error: unknown, path: string, kept: string, doing = 'write'): unknown {
  if (!isSystemError(error)) return error;
  const reason = reasons[error.code] ?? 'the operating system refused';
  return new UserError('disk', `cannot ${doing} ${path}: ${reason} (${error.code})${freeSpace(path)}. ${kept}`, {
    cause: error,
  });
}

/** Room on the path's disk, as a part of a sentence; empty where it cannot be told. */
function freeSpace(path: string): string {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return `; ${((bavail * bsize) / 1e6).toFixed(1)} MB are free there`;
    } catch {
      if (folder === dirname(folder)) return '';
    }
  }
}
