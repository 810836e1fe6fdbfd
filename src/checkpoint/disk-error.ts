import { UserError } from '../errors.js';
import { freeSpace } from './free-space.js';
import { isSystemError, systemReason } from './system-error.js';

/** Errors for which the room on the disk says something. */
const ABOUT_ROOM = ['ENOSPC', 'EDQUOT'];

/**
 * What to throw when writing (or deleting, ...) `path` has failed: a `disk` UserError that says why, how much room is left where that is the
 * reason and, by the sentence `kept`, what is safe. Errors that are not the operating system's come back as they are.
 */
export function asDiskError(error: unknown, path: string, kept: string, doing = 'write'): unknown {
  if (!isSystemError(error)) return error;
  const room = ABOUT_ROOM.includes(error.code) ? freeSpace(path) : undefined;
  const left = room === undefined ? '' : `; ${(room / 1e6).toFixed(1)} MB are free there`;
  return new UserError('disk', `cannot ${doing} ${path}: ${systemReason(error)}${left}. ${kept}`, { cause: error });
}
