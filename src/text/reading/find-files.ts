import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../foundation/errors.js';
import { compareCodePoints } from '../code-points.js';
import { globFolder, globMatcher, isGlob } from './glob.js';
import { unreadable } from './unreadable.js';

/**
 * The files of some paths, in the order of the paths. A path is a file; a folder, which means all files in it and in the folders below; or,
 * if nothing has that name, a pattern (see {@link globMatcher}). The files of one folder or pattern are sorted by their paths, character by
 * character, so that the order is the same on every machine. Files and folders whose names begin with a dot are skipped, and a repeated
 * file is listed once.
 *
 * @throws UserError 'data' for a folder without files, a pattern without matches, and a folder that cannot be read. A missing file is
 *   reported when it is read
 */
export async function findFiles(paths: string | readonly string[]): Promise<string[]> {
  const files = new Set<string>();
  for (const path of [paths].flat()) {
    for (const file of await filesOf(path)) files.add(file);
  }
  return [...files];
}

async function filesOf(path: string): Promise<string[]> {
  const kind = await kindOf(path);
  if (kind === 'folder') {
    const files = await filesBelow(path);
    if (files.length > 0) return files.sort(compareCodePoints);
    throw new UserError('data', `${path}: the folder has no files (names that begin with a dot are passed over)`);
  }
  if (kind === 'file' || !isGlob(path)) return [path];
  const folder = globFolder(path);
  if ((await kindOf(folder)) !== 'folder') {
    throw new UserError('data', `${path}: no file fits this pattern: there is no folder ${folder}`);
  }
  const matches = globMatcher(path);
  const found = await filesBelow(folder);
  const files = found.filter((file) => matches(folder === '.' && !path.startsWith('./') ? file : withPrefix(file, path)));
  if (files.length > 0) return files.sort(compareCodePoints);
  throw new UserError('data', `${path}: no file fits this pattern (${found.length} are in ${folder})`);
}

/** `join` removes a leading './', which the pattern may have. */
const withPrefix = (file: string, pattern: string) => (pattern.startsWith('./') && !file.startsWith('./') ? `./${file}` : file);

async function kindOf(path: string): Promise<'file' | 'folder' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(code)) return 'nothing';
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name).replaceAll('\\', '/');
    if (entry.isDirectory()) for (const file of await filesBelow(path)) files.push(file);
    // Links to files are followed. Links to folders are not, because they may form cycles.
    else if (entry.isFile() || (entry.isSymbolicLink() && (await kindOf(path)) !== 'folder')) files.push(path);
  }
  return files;
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, error as NodeJS.ErrnoException);
  }
}
