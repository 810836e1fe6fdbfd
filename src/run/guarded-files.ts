import { lstatSync } from 'node:fs';
import type { FileSystem } from '../files/file-system.js';
import { asDiskError } from '../files/system-errors.js';
import { UserError } from '../foundation/errors.js';

/**
 * Refuses a folder of a run that is a symbolic link, because a run writes and deletes nothing outside of its directory.
 *
 * @param contents what would be written and deleted elsewhere
 * @throws UserError `disk`
 */
export function refuseLink(folder: string, contents: string): void {
  if (!isLink(folder)) return;
  const remedy = 'Put a folder in its place; the run directory itself may be a link';
  throw new UserError(
    'disk',
    `${folder} is a symbolic link, and ${contents} would be written and deleted elsewhere. ${remedy}`,
  );
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch (error) {
    throw asDiskError(error, path, 'Nothing was changed.', 'look at');
  }
}

/** Deletes a file, if it exists. @throws UserError `disk` when the operating system refuses */
export function deleteFile(files: FileSystem, path: string): void {
  try {
    files.unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw asDiskError(error, path, 'All that is newer is safe.', 'delete');
  }
}
