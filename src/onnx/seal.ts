import { createHash } from 'node:crypto';
import { ProtobufWriter } from '../foundation/protobuf-writer.js';
import { writeMetadata } from './metadata.js';

/** Key of the last metadata entry of a sealed file: the SHA-256 of all bytes before that entry. */
const KEY = 'textloom.sha256';

/** Adds the seal of everything written so far, so that a change is detected. */
export function writeSeal(model: ProtobufWriter): void {
  writeSealOf(model.finish(), model);
}

function writeSealOf(bytes: Uint8Array, to: ProtobufWriter): void {
  writeMetadata(to, { [KEY]: createHash('sha256').update(bytes).digest('hex') });
}

/** Whether a file ends with the seal of all bytes before it. */
export function isSealed(file: Uint8Array): boolean {
  const { length } = sealOf(new Uint8Array());
  if (file.length < length) return false;
  const expected = sealOf(file.subarray(0, file.length - length));
  return Buffer.compare(expected, file.subarray(file.length - length)) === 0;
}

function sealOf(bytes: Uint8Array): Uint8Array {
  const writer = new ProtobufWriter();
  writeSealOf(bytes, writer);
  return writer.finish();
}
