import { closeSync, readSync } from 'node:fs';
import { type Fail, UserError } from '../foundation/errors.js';
import { createNativeSha256 } from './native-sha256.js';
import { openRegularFile } from './regular-file.js';
import { type ReadSafetensorsOptions, readContent, type SafetensorsFile } from './safetensors-content.js';
import { isSystemError, readError } from './system-errors.js';

/**
 * Reads a safetensors file in one pass. Nothing in it is trusted: allocations never exceed the size of the file.
 *
 * @throws UserError `model` when the file is missing, damaged or not a safetensors file of the supported form; `disk` when this user may
 *   not read it
 */
export function readSafetensors(path: string, options: ReadSafetensorsOptions): SafetensorsFile {
  const fail: Fail = (problem) => {
    throw new UserError('model', `${path} cannot be read as a model: ${problem}`);
  };
  let descriptor: number | undefined;
  try {
    const file = openRegularFile(path);
    descriptor = file.descriptor;
    const read = (bytes: Uint8Array): void => readFully(file.descriptor, bytes, fail);
    return readContent({ size: file.size, read, createHash: createNativeSha256 }, options, fail);
  } catch (error) {
    throw isSystemError(error) ? readError(error, path) : error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function readFully(descriptor: number, bytes: Uint8Array, fail: Fail): void {
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(descriptor, bytes, done, bytes.length - done, null);
    if (count === 0) fail('it became shorter while it was read');
    done += count;
  }
}
