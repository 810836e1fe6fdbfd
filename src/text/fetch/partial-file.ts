import { createHash } from 'node:crypto';
import { closeSync, lstatSync, readSync } from 'node:fs';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { attempt, nodeFileSystem as files, writeFully } from '../../files/file-system.js';
import { openRegularFile, readBeginning } from '../../files/regular-file.js';
import { asDiskError } from '../../files/system-errors.js';
import { UserError } from '../../foundation/errors.js';

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

/** Characters of a validator that are kept; servers use a few dozen. */
const LONGEST_VERSION = 1000;

/** A validator as it can be sent in a header: visible ASCII and blanks. Any other is as good as none. */
export function usableVersion(text: string | undefined): string | undefined {
  return text !== undefined && text.length <= LONGEST_VERSION && /^[!-~](?:[ -~]*[!-~])?$/.test(text) ? text : undefined;
}

/** What there is of a download. @throws UserError 'disk' when it cannot be read, or is not a file */
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

/** What stands in the file; undefined when it cannot be read: the download then begins anew. */
function readVersion(path: string): string | undefined {
  try {
    return readBeginning(path, LONGEST_VERSION + 1, 'refuse').toString('latin1');
  } catch {
    return undefined;
  }
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

/** Gives the part its name. A file of that name that has appeared meanwhile is not replaced. @throws UserError 'disk' */
export function completePartialFile(target: string): void {
  onDisk(target, () => files.link(partOf(target), target));
  removePartialFile(target);
}

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
