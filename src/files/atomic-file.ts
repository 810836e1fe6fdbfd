import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../foundation/errors.js';
import { attempt, type FileSystem, nodeFileSystem, writeFully } from './file-system.js';
import { asDiskError } from './system-errors.js';

export interface AtomicWriteOptions {
  files?: FileSystem;
  /** For the error message: a sentence that says what is intact when the write fails. */
  kept?: string;
}

/** A file that is written under a temporary name and appears at its path when it is complete. After an error it is abandoned. */
export interface AtomicFile {
  /** @throws UserError `disk` when the operating system refuses */
  append(bytes: Uint8Array): void;
  /** Syncs the content to the device and renames the file to its path. @throws UserError `disk` when the operating system refuses */
  commit(): void;
  /** Deletes the temporary file. */
  abandon(): void;
}

/** Temporary files that this process is writing: two runs in one process may write the same file. */
const underway = new Set<string>();

/**
 * Begins a file that appears complete or not at all, to readers and after a loss of power: a temporary file in the same folder is written
 * and synced, renamed to the path, and the folder is synced.
 *
 * @throws UserError `disk` when the operating system refuses, here or later: the temporary file is deleted and the old file is unchanged;
 *   also when the path is a device or a pipe
 */
export function beginFile(
  path: string,
  { files = nodeFileSystem, kept = 'The previous file is unchanged.' }: AtomicWriteOptions = {},
): AtomicFile {
  const folder = dirname(path);
  const temporary = unusedName(folder, basename(path));
  let descriptor: number | undefined;
  let created = false;
  const abandon = () => {
    underway.delete(temporary);
    if (descriptor !== undefined) attempt(() => files.close(descriptor as number));
    if (created) attempt(() => files.unlink(temporary));
    descriptor = undefined;
    created = false;
  };
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      abandon();
      throw asDiskError(error, path, kept);
    }
  };
  underway.add(temporary);
  guarded(() => {
    refuseDevice(path);
    descriptor = createAnew(files, temporary);
    created = true;
  });
  const opened = descriptor as unknown as number;
  return {
    append: (bytes) => guarded(() => writeFully(files, opened, bytes)),
    commit: () =>
      guarded(() => {
        files.sync(opened);
        // A descriptor is closed even if close fails, and its number may be reused.
        descriptor = undefined;
        files.close(opened);
        files.rename(temporary, path);
        created = false;
        underway.delete(temporary);
        files.syncFolder(folder);
      }),
    abandon,
  };
}

/**
 * Writes a whole file as {@link beginFile} does.
 *
 * @param write called once, with the function that appends bytes to the file
 * @throws UserError `disk` when the operating system refuses: the temporary file is deleted and the old file is unchanged
 */
export function writeFileAtomically(
  path: string,
  write: (append: (bytes: Uint8Array) => void) => void,
  options: AtomicWriteOptions = {},
): void {
  const file = beginFile(path, options);
  try {
    write(file.append);
  } catch (error) {
    file.abandon();
    throw error;
  }
  file.commit();
}

/** Whether a name is that of a temporary file, which a killed process can leave behind. */
export function isTemporaryFile(name: string): boolean {
  return /^\..+\.\d+\.tmp$/.test(name);
}

/** Refused because the rename would replace a device such as /dev/null for all users. */
function refuseDevice(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined || there.isFile() || there.isDirectory()) return;
  throw new UserError(
    'disk',
    `cannot write ${path}: it is a device or pipe, which a file would replace. Give the name of a file.`,
  );
}

function unusedName(folder: string, name: string): string {
  for (let others = 0; ; others++) {
    const temporary = join(folder, `.${name}${others === 0 ? '' : `.${others}`}.${process.pid}.tmp`);
    if (!underway.has(temporary)) return temporary;
  }
}

function createAnew(files: FileSystem, path: string): number {
  try {
    return files.open(path, 'create');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Left by a killed process that had the same process id. Deleted, not opened, because it could be a link to another file.
    files.unlink(path);
    return files.open(path, 'create');
  }
}
