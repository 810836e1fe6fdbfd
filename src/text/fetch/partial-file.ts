import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { writeFileAtomically } from '../../checkpoint/atomic-file.js';
import { asDiskError } from '../../checkpoint/disk-error.js';
import { attempt, nodeFileSystem as files, writeFully } from '../../checkpoint/file-system.js';

/** A download that is underway or was cut off: `FILE.part`, and beside it `FILE.part.version`, which version of the file it is of. */
export interface PartialFile {
  readonly path: string;
  /** Bytes that are there. */
  readonly length: number;
  /** The validator (ETag or date) that the server gave for these bytes; without one they cannot be gone on with. */
  readonly version: string | undefined;
}

const partOf = (target: string) => `${target}.part`;
const versionOf = (target: string) => `${target}.part.version`;

const KEPT = 'What has arrived is kept: run the command again to go on.';

/** What there is of a download. */
export function findPartialFile(target: string): PartialFile {
  const path = partOf(target);
  const length = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const version = existsSync(versionOf(target)) ? readFileSync(versionOf(target), 'utf8') : undefined;
  return { path, length, version };
}

/** Begins anew: an empty part, of this version. @throws UserError 'disk' */
export function beginPartialFile(target: string, version: string | undefined): void {
  removePartialFile(target);
  if (version !== undefined) writeFileAtomically(versionOf(target), (append) => append(Buffer.from(version)));
}

/** Appends pieces to the part, and reports each one's length. @throws UserError 'disk' */
export async function appendToPartialFile(
  target: string,
  pieces: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): Promise<void> {
  const path = partOf(target);
  const descriptor = onDisk(path, () => files.open(path, 'append'));
  try {
    for await (const piece of pieces) {
      onDisk(path, () => writeFully(files, descriptor, piece));
      onBytes(piece.length);
    }
    onDisk(path, () => files.sync(descriptor));
  } finally {
    files.close(descriptor);
  }
}

/** SHA-256 of the part, in hexadecimal. */
export async function digestPartialFile(target: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(partOf(target))) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Gives the part its name. A file of that name that has appeared meanwhile is not replaced. @throws UserError 'disk' */
export function completePartialFile(target: string): void {
  onDisk(target, () => files.link(partOf(target), target));
  removePartialFile(target);
}

export function removePartialFile(target: string): void {
  attempt(() => files.unlink(partOf(target)));
  attempt(() => files.unlink(versionOf(target)));
}

function onDisk<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw asDiskError(error, path, KEPT);
  }
}
