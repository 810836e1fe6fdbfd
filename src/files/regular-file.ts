/** Reading files that others may have created. A named pipe or a device is refused; the program never waits for it. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../foundation/errors.js';
import { isSystemError, type SystemError, systemReason } from './system-errors.js';

/**
 * Opens a regular file for reading.
 *
 * @param links `refuse`: a symbolic link in its place is refused, with ELOOP
 * @returns the descriptor, and the size in bytes
 * @throws a system error; EISDIR for a folder, EFTYPE for a pipe, a socket or a device
 */
export function openRegularFile(path: string, links: 'follow' | 'refuse' = 'follow'): { descriptor: number; size: number } {
  // Windows has neither flag. Without O_NONBLOCK, opening a named pipe would wait for a writer.
  const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
  const descriptor = openSync(path, O_RDONLY | O_NONBLOCK | (links === 'refuse' ? O_NOFOLLOW : 0));
  try {
    return { descriptor, size: regularSize(descriptor, path) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Size of an open file in bytes. @throws a system error, EISDIR or EFTYPE, when it is not a regular file */
export function regularSize(descriptor: number, path: string): number {
  const stat = fstatSync(descriptor);
  if (stat.isFile()) return stat.size;
  const code = stat.isDirectory() ? 'EISDIR' : 'EFTYPE';
  throw Object.assign(new Error(`${code}: not a regular file, open '${path}'`), { code, syscall: 'open', path }) as SystemError;
}

/**
 * The first bytes of a regular file: all of it when it has no more than `most`.
 *
 * @throws a system error, as {@link openRegularFile}
 */
export function readBeginning(path: string, most: number, links: 'follow' | 'refuse' = 'follow'): Buffer {
  const { descriptor } = openRegularFile(path, links);
  try {
    const bytes = Buffer.alloc(most);
    let length = 0;
    for (let read = -1; read !== 0 && length < most; length += read) {
      read = readSync(descriptor, bytes, length, most - length, null);
    }
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * What is at a path, symbolic links followed; undefined when nothing is.
 *
 * @throws UserError `disk` when this user has no permission to look
 */
export function kindOf(path: string): 'file' | 'folder' | 'special' | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'special';
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG'].includes(error.code)) return undefined;
    const denied = `this user may not read ${dirname(path)}, or a folder above it (${error.code})`;
    const reason = error.code === 'EACCES' ? denied : systemReason(error);
    throw new UserError('disk', `${path} cannot be reached: ${reason}`, { cause: error });
  }
}

/** Whether the path is a folder, or a link to one. @throws UserError `disk` when this user has no permission to look */
export const isFolder = (path: string): boolean => kindOf(path) === 'folder';
