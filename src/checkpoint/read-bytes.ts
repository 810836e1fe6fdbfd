import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../errors.js';
import { isSystemError } from './disk-error.js';
import { readError } from './read-error.js';

/**
 * A whole file that is to be a model.
 *
 * @param most bytes that such a file may have
 * @throws UserError `model` when it is missing, no file or too large; `disk` when it may not be read
 */
export function readBytes(path: string, most: number): Uint8Array {
  let descriptor: number | undefined;
  const fail = (problem: string) => new UserError('model', `${path} cannot be read as a model: ${problem}`);
  try {
    // Without O_NONBLOCK (Windows has none), opening a named pipe would wait for a writer for ever.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw fail('it is not a file');
    if (stat.size > most) throw fail(`it has ${stat.size} bytes, and such files end at ${most}`);
    const bytes = new Uint8Array(stat.size);
    for (let done = 0, read = 0; done < bytes.length; done += read) {
      read = readSync(descriptor, bytes, done, Math.min(bytes.length - done, 1 << 30), null);
      if (read === 0) throw fail('it became shorter while it was read');
    }
    return bytes;
  } catch (error) {
    throw isSystemError(error) ? readError(error, path) : error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
