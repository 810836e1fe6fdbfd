import { resolve } from 'node:path';
import { isSystemError, systemReason } from '../../files/system-errors.js';
import { UserError } from '../../foundation/errors.js';

/** Meanings of error codes of the system and of zlib for a text. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file: a part of the path is not a folder'],
  ['EISDIR', 'this is a folder, where a text file is expected'],
  ['Z_BUF_ERROR', 'the gzip data ends early: is the file complete?'],
  ['Z_DATA_ERROR', 'the gzip data is damaged, or the file is not gzip'],
]);

/** The error for a file or folder of a corpus that cannot be read: says why, and the full path. */
export function unreadable(path: string, error: NodeJS.ErrnoException): UserError {
  const reason = reasons.get(error.code ?? '') ?? (isSystemError(error) ? systemReason(error) : error.message);
  const absolute = resolve(path);
  const place = absolute === path ? '' : ` (${absolute})`;
  return new UserError('data', `${path}: cannot be read: ${reason}${place}`, { cause: error });
}
