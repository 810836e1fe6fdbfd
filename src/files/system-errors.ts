import { statfsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../foundation/errors.js';

/** Meanings of the operating system's error codes. A map, not an object, because the code of an error may be any text. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'the file would be larger than the limit (see ulimit -f)'],
  ['EROFS', 'the disk is mounted read-only'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EIO', 'the device reported an error'],
  ['ENOENT', 'a folder on the way to it is missing'],
  ['ENOTDIR', 'a part of the path is a file where a folder is needed'],
  ['EEXIST', 'something else with this name exists'],
  ['EISDIR', 'a folder with this name exists'],
  ['ELOOP', 'it is a symbolic link'],
  ['EFTYPE', 'it is not a regular file'],
  ['ENXIO', 'it is not a regular file'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EMFILE', 'too many files are open; allow more, for example with ulimit -n 1024'],
  ['ENFILE', 'too many files are open on this machine'],
  ['EBUSY', 'another program is using it'],
  ['ENOTEMPTY', 'the folder is not empty'],
]);

/** An error of the operating system, as the functions of node:fs throw them. */
export type SystemError = NodeJS.ErrnoException & { code: string };

export function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'syscall' in error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

/** Why the operating system refused, in words and with its code: `permission denied (EACCES)`. */
export function systemReason({ code }: SystemError): string {
  return `${reasons.get(code) ?? 'the operating system refused'} (${code})`;
}

/** Codes that are caused by the machine or by missing permissions, never by a bug. */
const NEVER_A_BUG = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE'];

/** The `disk` UserError for a system error about a file that no caller has translated; undefined for any other error. */
export function untranslatedSystemError(error: unknown): UserError | undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    // Node.js also reports this when the limit of open files is reached.
    const cure = 'allow more, for example with ulimit -n 1024, or install Textloom again';
    const message = `a part of the program cannot be loaded: too many files are open, or one is missing; ${cure}`;
    return new UserError('disk', message, { cause: error });
  }
  if (!isSystemError(error) || !NEVER_A_BUG.includes(error.code)) return undefined;
  // Any file could have been the one over the limit, so none is named.
  const what = ['EMFILE', 'ENFILE'].includes(error.code) ? 'a file' : error.path;
  // Errors of sockets have no path.
  if (what === undefined) return undefined;
  return new UserError('disk', `${what} cannot be used: ${systemReason(error)}`, { cause: error });
}

/** Bytes that this user may still write at a path, which need not exist; undefined where the system does not say. */
export function freeSpace(path: string): number | undefined {
  for (let place = resolve(path); ; place = dirname(place)) {
    try {
      const { bavail, bsize } = statfsSync(place);
      return bavail * bsize;
    } catch {
      // The path does not exist yet: try its folder, then the folder of that.
      if (dirname(place) === place) return undefined;
    }
  }
}

/** Errors for which the free space is reported. */
const ABOUT_ROOM = ['ENOSPC', 'EDQUOT'];

/**
 * The error to throw when writing (or deleting, ...) `path` has failed: a `disk` UserError that says why, how much space is free where that
 * is the reason, and what is intact (the sentence `kept`). An error that is not the operating system's is returned unchanged.
 */
export function asDiskError(error: unknown, path: string, kept: string, doing = 'write'): unknown {
  if (!isSystemError(error)) return error;
  const room = ABOUT_ROOM.includes(error.code) ? freeSpace(path) : undefined;
  const left = room === undefined ? '' : `; ${(room / 1e6).toFixed(1)} MB are free there`;
  return new UserError('disk', `cannot ${doing} ${path}: ${systemReason(error)}${left}. ${kept}`, { cause: error });
}

/** Codes that mean that the file does not exist or cannot be a model. */
const notAModel: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['ELOOP', 'a symbolic link that leads to itself'],
  ['EISDIR', 'it is a folder'],
  ['EFTYPE', 'it is not a regular file'],
  ['ENXIO', 'it is not a regular file'],
  ['EIO', 'the device reported an error'],
]);

/** A `model` UserError for a file that is missing or that the device cannot read; a `disk` UserError otherwise. */
export function readError(error: SystemError, path: string): UserError {
  const reason = notAModel.get(error.code);
  if (reason === undefined) return new UserError('disk', `${path} cannot be read: ${systemReason(error)}`, { cause: error });
  return new UserError('model', `${path} cannot be read as a model: ${reason} (${error.code})`, { cause: error });
}
