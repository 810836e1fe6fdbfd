import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { isSystemError, readError } from './system-errors.js';

/** SHA-256 of a whole file, in hexadecimal digits. @throws UserError `model` or `disk` when it cannot be read */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const bytes of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(bytes as Uint8Array);
  } catch (error) {
    throw isSystemError(error) ? readError(error, path) : error;
  }
  return hash.digest('hex');
}
