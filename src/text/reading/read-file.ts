import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../foundation/errors.js';
import { createUtf8Decoder } from '../utf8.js';
import { unreadable } from './unreadable.js';

/** Means standard input where a command takes the path of a text; a file of that name is `./-`. Standard input can be read once. */
export const STANDARD_INPUT = '-';

/** A path for messages. */
export const fileName = (path: string) => (path === STANDARD_INPUT ? 'standard input' : path);

/** Bytes that are read at once. */
const CHUNK = 1 << 18;

/**
 * The text of a UTF-8 file, or of standard input for {@link STANDARD_INPUT}, piece by piece; a file that ends in .gz is decompressed. No
 * piece is empty or splits a character.
 *
 * @throws UserError 'data' naming the file when it is missing, unreadable, a folder, a damaged or truncated .gz, binary (NUL bytes), or not
 *   valid UTF-8
 */
export async function* readPieces(file: string, byteOrderMark: 'drop' | 'keep' = 'drop'): AsyncGenerator<string> {
  const decoder = createUtf8Decoder(fileName(file), byteOrderMark);
  try {
    const source = file === STANDARD_INPUT ? process.stdin : file.endsWith('.gz') ? unpacked(file) : bytesOf(file);
    for await (const bytes of source as AsyncIterable<Uint8Array>) {
      const piece = decoder.push(bytes);
      if (piece !== '') yield piece;
    }
    decoder.end();
  } catch (error) {
    throw error instanceof UserError ? error : unreadable(file, error as NodeJS.ErrnoException);
  }
}

/** The same memory is reused for each chunk. */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    // A pipe has no size.
    const chunk = Buffer.allocUnsafe(size > 0 ? Math.min(CHUNK, size + 1) : CHUNK);
    for (;;) {
      const { bytesRead } = await handle.read(chunk, 0, chunk.length);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

function unpacked(file: string): AsyncIterable<Uint8Array> {
  // The iterating caller gets the error; pipeline only requires a callback.
  return pipeline(createReadStream(file, { highWaterMark: CHUNK }), createGunzip({ chunkSize: CHUNK }), () => {});
}
