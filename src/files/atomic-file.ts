import { statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../foundation/errors.js';
import { attempt, type FileSystem, nodeFileSystem, writeFully } from './file-system.js';
import { asDiskError } from './system-errors.js';

export interface AtomicWriteOptions {
  files?: FileSystem;
  /** For the error message: a sentence on what is safe when the write fails. */
  kept?: string;
}

/** A file that is being written beside its place, and appears there when it is complete. After an error it is abandoned. */
export interface AtomicFile {
  /** @throws UserError `disk` when the operating system refuses */
  append(bytes: Uint8Array): void;
  /** Brings the content to the device and the file to its place. @throws UserError `disk` when the operating system refuses */
  commit(): void;
  /** Leaves no trace of it. */
  abandon(): void;
}

/** Temporary files that this process is writing: two runs in it may write the same file. */
const underway = new Set<string>();

/**
 * Begins a file that a reader, and a machine that loses power, sees whole or not at all: a temporary file in the same folder, its
 * content brought to the device, renamed into place, the folder brought to the device.
 *
 * @throws UserError `disk` when the operating system refuses, here as later, with the temporary file gone and the old file as it was; and
 *   when a device or pipe stands there
 */
export function beginFile(
  path: string,
  { files = nodeFileSystem, kept = 'What was there before is untouched.' }: AtomicWriteOptions = {},
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
        // A descriptor is gone after close, even one that failed, and its number may be somebody else's.
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
 * @throws UserError `disk` when the operating system refuses; the temporary file is gone then and the old file as it was
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

/** Whether a name is one that a temporary file has: left behind when its process was killed. */
export function isTemporaryFile(name: string): boolean {
  return /^\..+\.\d+\.tmp$/.test(name);
}

/** A rename would put a file where /dev/null was, for everybody. */
function refuseDevice(path: string): void {
  const there = statSync(path, { throwIfNoEntry: false });
  if (there === undefined || there.isFile() || there.isDirectory()) return;
  throw new UserError(
    'disk',
    `cannot write ${path}: a device or pipe stands there, and a file would take its place. Name a file.`,
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
    // Left by a killed process that had our number. Unlinked, not opened: it might be a link to elsewhere.
    files.unlink(path);
    return files.open(path, 'create');
  }
}
