import { UserError } from '../errors.js';
import { type SystemError, systemReason } from './system-error.js';

/** Codes that say that the file is not there, or cannot be a model. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['ELOOP', 'a symbolic link that leads to itself'],
  ['EISDIR', 'it is a folder'],
  ['EFTYPE', 'it is not a regular file'],
  ['ENXIO', 'it is not a regular file'],
  ['EIO', 'the device reported an error'],
]);

/** A file that is not there, or that the device cannot give back, is a trouble with the model; any other is one with the disk. */
export function readError(error: SystemError, path: string): UserError {
  const reason = reasons.get(error.code);
  if (reason === undefined) return new UserError('disk', `${path} cannot be read: ${systemReason(error)}`, { cause: error });
  return new UserError('model', `${path} cannot be read as a model: ${reason} (${error.code})`, { cause: error });
}
