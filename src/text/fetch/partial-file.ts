import { createHash } from 'node:crypto';
import { closeSync, lstatSync, readSync } from 'node:fs';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { attempt, nodeFileSystem as files, writeFully } from '../../files/file-system.js';
import { openRegularFile, readBeginning } from '../../files/regular-file.js';
import { asDiskError } from '../../files/system-errors.js';
import { UserError } from '../../foundation/errors.js';

/** A download in progress or interrupted: `FILE.part`, and `FILE.part.version` with the version of the file to which it belongs. */
export interface PartialFile {
  readonly path: string;
  /** The number of bytes present. */
  readonly length: number;
  /** The validator (ETag or date) that the server sent for these bytes; without one the download cannot be resumed. */
  readonly version: string | undefined;
}

const partOf = (target: string) => `${target}.part`;
const versionOf = (target: string) => `${target}.part.version`;

const KEPT = 'The received part is kept: run the command again to continue.';

/** The most characters of a validator that are stored; servers use a few dozen. */
const LONGEST_VERSION = 1000;

/** A validator that can be sent in a header: visible ASCII and spaces; undefined for any other. */
export function usableVersion(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= LONGEST_VERSION && /^[!-~](?:[ -~]*[!-~])?$/.test(text) ? text : undefined;
}

/** The present part of a download. @throws UserError 'disk' when it cannot be read, or is not a file */
export function findPartialFile(target: string): PartialFile {
  const path = partOf(target);
  const part = onDisk(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (part !== undefined && !part.isFile()) {
    const kind = part.isDirectory() ? 'a folder' : part.isSymbolicLink() ? 'a symbolic link' : 'a pipe or a device';
    throw new UserError(
      'disk',
      `${path} is ${kind}, where the download is to be kept. Move it away, or choose another --output.`,
    );
  }
  return { path, length: part?.size ?? 0, version: usableVersion(readVersion(versionOf(target))) };
}

/** The stored validator; undefined when it cannot be read: the download then restarts. */
function readVersion(path: string): string | undefined {
  try {
    return readBeginning(path, LONGEST_VERSION + 1, 'refuse').toString('latin1');
  } catch {
    return undefined;
  }
}

/** Restarts with an empty part of this version. @throws UserError 'disk' */
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

/** SHA-256 of the part, in hexadecimal. @throws UserError 'disk' */
export function digestPartialFile(target: string): string {
  return digestOfFile(partOf(target));
}

/** SHA-256 of a regular file, in hexadecimal. @throws UserError 'disk' */
export function digestOfFile(path: string): string {
  return onDisk(
    path,
    () => {
      const { descriptor } = openRegularFile(path);
      try {
        const hash = createHash('sha256');
        const piece = Buffer.allocUnsafe(1 << 20);
        for (let read = -1; read !== 0; hash.update(piece.subarray(0, read))) read = readSync(descriptor, piece);
        return hash.digest('hex');
      } finally {
        closeSync(descriptor);
      }
    },
    'read',
  );
}

/** Renames the part to the file's name. A file of that name that was created meanwhile is not replaced. @throws UserError 'disk' */
export function completePartialFile(target: string): void {
  onDisk(target, () => files.link(partOf(target), target));
  removePartialFile(target);
}

/** Deletes the part and its version; a failure is ignored. */
export function removePartialFile(target: string): void {
  attempt(() => files.unlink(partOf(target)));
  attempt(() => files.unlink(versionOf(target)));
}

function onDisk<T>(path: string, operation: () => T, doing?: string): T {
  try {
    return operation();
  } catch (error) {
    throw asDiskError(error, path, KEPT, doing);
  }
}
