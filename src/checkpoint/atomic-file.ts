import { basename, dirname, join } from 'node:path';
import { asDiskError } from './disk-error.js';
import { attempt, type FileSystem, nodeFileSystem, writeFully } from './file-system.js';

export interface AtomicWriteOptions {
  files?: FileSystem;
  /** For the error message: a sentence on what is safe when the write fails. */
  kept?: string;
}

/**
 * Writes a whole file so that a reader, and a machine that loses power, sees the old content or the new and never a mixture:
 * a temporary file in the same folder, its content brought to the device, renamed into place, the folder brought to the device.
 *
 * @param write called once, with the function that appends bytes to the file
 * @throws UserError `disk` when the operating system refuses; the temporary file is gone then and the old file as it was
 */
export function writeFileAtomically(
  path: string,
  write: (append: (bytes: Uint8Array) => void) => void,
  { files = nodeFileSystem, kept = 'What was there before is untouched.' }: AtomicWriteOptions = {},
): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`);
  let descriptor: number | undefined;
  let created = false;
  try {
    descriptor = createAnew(files, temporary);
    created = true;
    const opened = descriptor;
    write((bytes) => writeFully(files, opened, bytes));
    files.sync(opened);
    // A descriptor is gone after close, even one that failed, and its number may be somebody else's.
    descriptor = undefined;
    files.close(opened);
    files.rename(temporary, path);
    created = false;
    files.syncFolder(folder);
  } catch (error) {
    if (descriptor !== undefined) attempt(() => files.close(descriptor as number));
    if (created) attempt(() => files.unlink(temporary));
    throw asDiskError(error, path, kept);
  }
}

/** Whether a name is one that a temporary file of `writeFileAtomically` has: left behind when its process was killed. */
export function isTemporaryFile(name: string): boolean {
  return /^\..+\.\d+\.tmp$/.test(name);
}

function createAnew(files: FileSystem, path: string): number {
  try {
    return files.open(path, 'create');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Left by a killed process that had our number. Unlinked, not opened: it might be a link to elsewhere.
    files.unlink(path);
    return files.open(path, 'create');
  }
}
