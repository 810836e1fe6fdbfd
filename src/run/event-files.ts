import { readdirSync, rmdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { attempt, type FileSystem, nodeFileSystem } from '../files/file-system.js';
import { asDiskError } from '../files/system-errors.js';
import { type ByteLog, openByteLog } from './byte-log.js';
import { deleteFile, refuseLink } from './guarded-files.js';

/** The files in a folder that TensorBoard reads as event files, in the order of their names. None when there is no such folder. */
export function listEventFiles(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw asDiskError(error, folder, 'Nothing was changed.', 'list');
  }
  return names
    .filter((name) => secondsOf(name) !== undefined)
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Creates an empty event file, `events.out.tfevents.SECONDS.HOST.PID.0`, and its folder if necessary. TensorBoard reads the files of a folder
 * in the order of their names, so the number of seconds is larger than that of every file that exists.
 *
 * @param seconds the time, in seconds since 1970
 * @throws UserError `disk` when the folder is a symbolic link, or the operating system refuses
 */
export function createEventFile(
  folder: string,
  seconds: number,
  files: FileSystem = nodeFileSystem,
): ByteLog & { path: string } {
  refuseLink(folder, 'event files');
  try {
    files.makeFolder(folder);
  } catch (error) {
    throw asDiskError(error, folder, 'Everything else is unchanged.', 'make the folder');
  }
  const taken = listEventFiles(folder).map((path) => secondsOf(basename(path))!);
  const begin = taken.reduce((latest, other) => Math.max(latest, other + 1), Math.max(0, Math.floor(seconds)));
  const host = hostname().replace(/[^\w.-]/g, '_');
  const path = join(folder, `events.out.tfevents.${String(begin).padStart(10, '0')}.${host}.${process.pid}.0`);
  return Object.assign(openByteLog(path, files), { path });
}

/** Deletes the event files in a folder, and the folder when it is empty then. Other files are kept. */
export function deleteEventFiles(folder: string, files: FileSystem = nodeFileSystem): void {
  const paths = listEventFiles(folder);
  for (const path of paths) deleteFile(files, path);
  if (paths.length > 0) attempt(() => rmdirSync(folder));
}

/** The time in the name of an event file; undefined for another name. */
function secondsOf(name: string): number | undefined {
  const digits = /^events\.out\.tfevents\.(\d{10,12})\./.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
