import { UserError } from '../errors.js';

/** What the operating system means by its codes. A map: the code of an error may be any text. */
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
  ['EEXIST', 'something else stands in its place'],
  ['EISDIR', 'a folder stands in its place'],
  ['ELOOP', 'a symbolic link stands in its place'],
  ['EFTYPE', 'what stands in its place is not a regular file'],
  ['ENXIO', 'what stands in its place is not a regular file'],
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

/** Why the operating system refused, for people, with its own code: `permission denied (EACCES)`. */
export function systemReason({ code }: SystemError): string {
  return `${reasons.get(code) ?? 'the operating system refused'} (${code})`;
}

/** Codes that tell of the machine or of the user's rights, never of a mistake in the program. */
const NEVER_A_BUG = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE'];

/** The `disk` UserError for such a system error about a file that no caller has translated; undefined for any other error. */
export function untranslatedSystemError(error: unknown): UserError | undefined {
  if (!isSystemError(error) || !NEVER_A_BUG.includes(error.code)) return undefined;
  // Which file was one too many does not matter.
  const what = ['EMFILE', 'ENFILE'].includes(error.code) ? 'a file' : error.path;
  // Errors of sockets have no path.
  if (what === undefined) return undefined;
  return new UserError('disk', `${what} cannot be used: ${systemReason(error)}`, { cause: error });
}
