/**
 * The file operations behind everything that Textloom writes, and nothing more: small enough that a test can fail the Nth
 * one, for every N, and look at what is left. All are synchronous and throw Node's system errors.
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
   * Opens a file for writing and returns its descriptor: `create` refuses one that exists; `append` makes one that does not, and refuses
   * what is not a regular file, a symbolic link included: it would lead out of the folder.
   */
  open(path: string, mode: 'create' | 'append'): number;
  /** Writes some of the bytes, at least one, and returns how many. */
  write(descriptor: number, bytes: Uint8Array): number;
  truncate(descriptor: number, length: number): void;
  /** Returns when the file's content is on the device. */
  sync(descriptor: number): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  /** A second name for a file; refused when the name is taken, which makes it a lock's test-and-set. */
  link(from: string, to: string): void;
  unlink(path: string): void;
  /** Makes a folder and those above it, durably; one that exists is left as it is. */
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
    // Folder by folder: mkdir's own recursion never ends where the system answers ENOENT to every attempt, as in /proc.
    const missing: string[] = [];
    for (let folder = resolve(path); !isFolder(folder) && folder !== dirname(folder); folder = dirname(folder))
      missing.push(folder);
    for (const folder of missing.toReversed()) {
      try {
        mkdirSync(folder);
      } catch (error) {
        // Another process may have been faster.
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

/** Writes every byte: a write may stop short, at a signal or when the disk has room for a part. */
export function writeFully(files: FileSystem, descriptor: number, bytes: Uint8Array): void {
  // Pieces bound what the kernel takes in one call (2 GiB on Linux).
  const piece = 16 * 1024 * 1024;
  for (let done = 0; done < bytes.length; ) done += files.write(descriptor, bytes.subarray(done, done + piece));
}

/** For clean-up, where a failure leaves litter at worst and the error that led to it is the one worth telling. */
export function attempt(operation: () => void): void {
  try {
    operation();
  } catch {}
}
