import { fstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { attempt, type FileSystem, nodeFileSystem, writeFully } from '../files/file-system.js';
import { asDiskError } from '../files/system-errors.js';

/**
 * A file of records that is appended to during training. Each record is passed to the operating system at once, so it survives the end of
 * the process and other programs see it; it is on the device after `sync`. A record that cannot be written completely is removed again.
 */
export interface ByteLog {
  /** Bytes so far. */
  readonly length: number;
  append(bytes: Uint8Array): void;
  sync(): void;
  /** Cuts the log to this length. */
  cut(length: number): void;
  close(): void;
}

/** For the error message when a write fails: what is intact. */
const KEPT = 'Everything before it, and all checkpoints, are safe.';

/**
 * Opens the log at `path`, a regular file, for appending; creates it if necessary. A failure to write is a UserError `disk`; a symbolic
 * link is refused.
 *
 * @param kept for the error message: a sentence that says what is intact when a write fails
 */
export function openByteLog(path: string, files: FileSystem = nodeFileSystem, kept = KEPT): ByteLog {
  const guarded = <T>(operation: () => T): T => {
    try {
      return operation();
    } catch (error) {
      throw asDiskError(error, path, kept);
    }
  };
  const descriptor = guarded(() => files.open(path, 'append'));
  let length = guarded(() => {
    files.syncFolder(dirname(path));
    return fstatSync(descriptor).size;
  });
  let open = true;

  return {
    get length() {
      return length;
    },
    append(bytes) {
      guarded(() => {
        try {
          writeFully(files, descriptor, bytes);
        } catch (error) {
          // If the disk was full, a part of the record may have been written.
          attempt(() => files.truncate(descriptor, length));
          throw error;
        }
      });
      length += bytes.length;
    },
    sync: () => guarded(() => files.sync(descriptor)),
    cut(shorter) {
      guarded(() => files.truncate(descriptor, shorter));
      length = shorter;
    },
    close() {
      if (!open) return;
      open = false;
      guarded(() => files.close(descriptor));
    },
  };
}
