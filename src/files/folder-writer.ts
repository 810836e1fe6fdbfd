import { lstatSync, rmdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { AtomicWriteOptions } from './atomic-file.js';
import { attempt, type FileSystem, nodeFileSystem } from './file-system.js';
import { kindOf } from './regular-file.js';
import { asDiskError } from './system-errors.js';

/** Writes one file of a folder. */
export type WriteFile = (path: string, options: AtomicWriteOptions) => void;

/**
 * Writes the files of a folder. A new folder appears complete or not at all, to readers and after a loss of power: its files are written in
 * a temporary folder beside it, which is renamed. Into an existing folder, the files are moved only when all of them are complete, one after
 * the other in the order of the map; files with other names are not changed.
 *
 * @param path of the folder; its parent folder must exist
 * @param contents by name; each function is called once
 * @param obsolete names of files that are deleted from an existing folder, after the others are in their places
 * @throws UserError `disk` when the operating system refuses: the temporary files are deleted, and a new folder does not exist
 */
export function writeFolder(
  path: string,
  contents: ReadonlyMap<string, WriteFile>,
  obsolete: readonly string[],
  files: FileSystem = nodeFileSystem,
): void {
  const isNew = kindOf(path) === undefined;
  const place = isNew ? dirname(path) : path;
  const temporary = unusedFolder(place, basename(path));
  const kept = isNew ? 'Nothing was written.' : 'Files that were not yet replaced are unchanged.';
  try {
    files.makeFolder(temporary);
    for (const [name, write] of contents) write(join(temporary, name), { files, kept });
    if (isNew) files.rename(temporary, path);
    else {
      for (const name of contents.keys()) files.rename(join(temporary, name), join(path, name));
      for (const name of obsolete) if (kindOf(join(path, name)) !== undefined) files.unlink(join(path, name));
    }
    files.syncFolder(place);
  } catch (error) {
    throw asDiskError(error, path, kept);
  } finally {
    for (const name of contents.keys()) attempt(() => files.unlink(join(temporary, name)));
    attempt(() => rmdirSync(temporary));
  }
}

/** A killed process with the same process id can have left a folder, whose files would become part of this one. */
function unusedFolder(place: string, name: string): string {
  for (let others = 0; ; others++) {
    const temporary = join(place, `.${name}${others === 0 ? '' : `.${others}`}.${process.pid}.tmp`);
    if (lstatSync(temporary, { throwIfNoEntry: false }) === undefined) return temporary;
  }
}
