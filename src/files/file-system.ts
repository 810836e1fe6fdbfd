/**
 * All file operations that Textloom writes with. The interface is small, so that a test can fail the Nth operation for every N and check
 * what is left. All are synchronous and throw Node's system errors.
 */
import {
  closeSync,
  constants,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { regularSize } from './regular-file.js';

export interface FileSystem {
  /**
   * Opens a file for writing and returns its descriptor. `create` refuses a file that exists. `append` creates a missing file, and refuses
   * whatever is not a regular file; a symbolic link is refused because it could lead out of the folder.
   */
  open(path: string, mode: 'create' | 'append'): number;
  /** Writes some of the bytes, at least one, and returns how many. */
  write(descriptor: number, bytes: Uint8Array): number;
  truncate(descriptor: number, length: number): void;
  /** Returns when the file's content is on the device. */
  sync(descriptor: number): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  /** Creates a second name for a file; fails when the name exists, which makes it the atomic test-and-set of a lock. */
  link(from: string, to: string): void;
  unlink(path: string): void;
  /** Creates a folder and its missing parents, durably; an existing folder is not changed. */
  makeFolder(path: string): void;
  /** Returns when the folder's entries (creations, renames) are on the device. */
  syncFolder(path: string): void;
  /** Names in a folder, in no particular order. */
  list(path: string): string[];
}

export const nodeFileSystem: FileSystem = {
  open: (path, mode) => (mode === 'create' ? openSync(path, 'wx') : openToAppend(path)),
  write: (descriptor, bytes) => writeSync(descriptor, bytes),
  truncate: (descriptor, length) => ftruncateSync(descriptor, length),
  sync: (descriptor) => fsyncSync(descriptor),
  close: (descriptor) => closeSync(descriptor),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  unlink: (path) => unlinkSync(path),
  makeFolder(path) {
    // Folder by folder: the recursive mkdir never returns where the system answers ENOENT to every attempt, as in /proc.
    const missing: string[] = [];
    for (let folder = resolve(path); !isFolder(folder) && folder !== dirname(folder); folder = dirname(folder))
      missing.push(folder);
    for (const folder of missing.toReversed()) {
      try {
        mkdirSync(folder);
      } catch (error) {
        // Another process may have created it meanwhile.
        if (!isFolder(folder)) throw error;
      }
      syncFolder(dirname(folder));
    }
  },
  syncFolder,
  list: (path) => readdirSync(path),
};

function openToAppend(path: string): number {
  // Windows has the first three flags only. Without O_NONBLOCK, opening a named pipe would wait for a reader.
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const descriptor = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o666);
  try {
    regularSize(descriptor, path);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function syncFolder(path: string): void {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    // Windows opens no folders, and needs no such sync.
    if (process.platform === 'win32') return;
    throw error;
  }
  try {
    fsyncSync(descriptor);
  } catch (error) {
    // Some network and FUSE file systems cannot sync a folder; there is nothing more to do for them.
    if (!['EINVAL', 'ENOTSUP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** Writes every byte: a single write may write only a part, after a signal or when the disk is nearly full. */
export function writeFully(files: FileSystem, descriptor: number, bytes: Uint8Array): void {
  // Pieces limit what one call writes (the kernel's limit is 2 GiB on Linux).
  const piece = 16 * 1024 * 1024;
  for (let done = 0; done < bytes.length; ) done += files.write(descriptor, bytes.subarray(done, done + piece));
}

/**
 * Runs an operation of a clean-up and ignores its errors: a failure leaves at most a stray file, and the error that caused the clean-up is
 * the one to report.
 */
export function attempt(operation: () => void): void {
  try {
    operation();
  } catch {}
}
