import { createHash } from 'node:crypto';
import { closeSync, readFileSync } from 'node:fs';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { openRegularFile } from '../../files/regular-file.js';

/** A hexadecimal SHA-256 of a text, or of the JSON of a value. */
export function sha256(value: unknown): string {
  return createHash('sha256')
    .update(typeof value === 'string' ? value : JSON.stringify(value))
    .digest('hex');
}

/** Stores a value as JSON, with its digest on the first line. @throws UserError 'disk' when the operating system refuses */
export function writeRecord(path: string, value: unknown): void {
  const json = JSON.stringify(value);
  writeFileAtomically(path, (append) => append(Buffer.from(`${sha256(json)}\n${json}`)));
}

/** Bytes of the longest record that is read: the tokens of a large vocabulary. */
const LONGEST = 500_000_000;

/** The stored value, which is not trusted; undefined when there is none, or the file was altered. */
export function readRecord(path: string): unknown {
  const text = attemptToRead(path);
  if (text === undefined) return undefined;
  const [digest, json] = [text.slice(0, 64), text.slice(65)];
  if (sha256(json) !== digest) return undefined;
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function attemptToRead(path: string): string | undefined {
  let descriptor: number | undefined;
  try {
    const file = openRegularFile(path);
    descriptor = file.descriptor;
    return file.size <= LONGEST ? readFileSync(descriptor, 'utf8') : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
