import { closeSync, readSync } from 'node:fs';
import { UserError } from '../foundation/errors.js';
import { openRegularFile } from './regular-file.js';
import { isSystemError, readError } from './system-errors.js';

/**
 * Reads a whole file that should be a model.
 *
 * @param most the most bytes that such a file may have
 * @throws UserError `model` when it is missing, not a regular file or too large; `disk` when this user may not read it
 */
export function readBytes(path: string, most: number): Uint8Array {
  let descriptor: number | undefined;
  const fail = (problem: string) => new UserError('model', `${path} cannot be read as a model: ${problem}`);
  try {
    const file = openRegularFile(path);
    descriptor = file.descriptor;
    if (file.size > most) throw fail(`it has ${file.size} bytes, and such files end at ${most}`);
    const bytes = new Uint8Array(file.size);
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
