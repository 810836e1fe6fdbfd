import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFileAtomically } from '../../checkpoint/atomic-file.js';

/** A hexadecimal SHA-256, of a text or of what JSON makes of a value. */
export function sha256(value: unknown): string {
  return createHash('sha256')
    .update(typeof value === 'string' ? value : JSON.stringify(value))
    .digest('hex');
}

/** Keeps a value as JSON, with its digest on the first line. @throws UserError 'disk' when the operating system refuses */
export function writeRecord(path: string, value: unknown): void {
  const json = JSON.stringify(value);
  writeFileAtomically(path, (append) => append(Buffer.from(`${sha256(json)}\n${json}`)));
}

/** The value that was kept; undefined when there is none, or the file is not as it was written. */
export function readRecord(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [digest, json] = [text.slice(0, 64), text.slice(65)];
  return sha256(json) === digest ? JSON.parse(json) : undefined;
}
