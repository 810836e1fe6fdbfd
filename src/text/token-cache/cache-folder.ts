import { lstatSync, readdirSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isTemporaryFile } from '../../files/atomic-file.js';
import { attempt, nodeFileSystem } from '../../files/file-system.js';
import { asDiskError } from '../../files/system-errors.js';

/** Properties of the system and its user. */
export interface UserPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly home: string;
}

/** The folder for data that programs can create again: the XDG base directory, or its equivalent on macOS and Windows. */
export function userCacheFolder({ environment, platform, home }: UserPlaces): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  // The specification says to ignore relative paths.
  if (xdg?.startsWith('/')) return join(xdg, 'textloom');
  if (platform === 'win32') return join(local || join(home, 'AppData', 'Local'), 'textloom', 'cache');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'textloom') : join(home, '.cache', 'textloom');
}

/** The cache folder of the user who runs this process. */
export function ownCacheFolder(): string {
  const { env: environment, platform } = process;
  return userCacheFolder({ environment, platform, home: homedir() });
}

/**
 * The folder for the tokens of a corpus; undefined where they are kept in memory.
 *
 * @param choice `corpus.cache`: a folder, `off`, or `auto`, which means the user's folder for a corpus that does not fit into memory
 */
export function tokenCacheFolder(choice: string, inMemory: boolean): string | undefined {
  if (choice === 'off') return undefined;
  if (choice !== 'auto') return choice;
  return inMemory ? undefined : ownCacheFolder();
}

/** Creates the folder if it is missing. @throws UserError 'disk' when the operating system refuses */
export function prepareCacheFolder(folder: string): void {
  try {
    nodeFileSystem.makeFolder(folder);
  } catch (error) {
    throw asDiskError(error, folder, 'Name another folder as corpus.cache, or keep the tokens in memory (corpus.cache: off).');
  }
}

/** Milliseconds without a write after which an unfinished file is considered abandoned; an active run writes many times per second. */
const A_DAY = 24 * 60 * 60 * 1000;

/**
 * Deletes unfinished files that are a day or more older than a given file: killed processes left them. A younger one may belong to an
 * active process on another machine.
 */
export function sweepCacheFolder(folder: string, before: string): void {
  attempt(() => {
    const latest = statSync(before).mtimeMs - A_DAY;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (isTemporaryFile(name) && statSync(path).mtimeMs < latest) unlinkSync(path);
    }
  });
}

/** A file written by the cache. */
export interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  /** Time of its last use, in milliseconds since 1970. */
  readonly used: number;
}

/** The cache's files in a folder, the most recently used first. Files of other programs are ignored. */
export function cachedFiles(folder: string): CachedFile[] {
  const names = tried(() => readdirSync(folder)) ?? [];
  const files = names.filter(isCacheFile).flatMap((name): CachedFile[] => {
    const path = join(folder, name);
    const stat = tried(() => lstatSync(path));
    return stat?.isFile() ? [{ path, bytes: stat.size, used: stat.mtimeMs }] : [];
  });
  return files.sort((a, b) => b.used - a.used || (a.path < b.path ? -1 : 1));
}

/** The result of the work; undefined where the operating system refuses. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const isCacheFile = (name: string) => /^(tokens-[0-9a-f]{64}\.bin|(tokenizer|sources|splits)-[0-9a-f]{64}\.json)$/.test(name);

/** Records that a file is in use, so that it is not deleted first. */
export function touch(path: string): void {
  const now = new Date();
  attempt(() => utimesSync(path, now, now));
}

/** The most bytes in the user's cache folder after a run has added to it, unless a single file is larger. */
export const MOST_CACHED = 5_000_000_000;

/** Deletes the least recently used files until the rest has at most `limit` bytes; `keep` is never deleted. */
export function boundCacheFolder(folder: string, keep: string, limit: number = MOST_CACHED): void {
  let bytes = tried(() => statSync(keep).size) ?? 0;
  for (const file of cachedFiles(folder)) {
    if (file.path === keep) continue;
    bytes += file.bytes;
    if (bytes > limit) attempt(() => unlinkSync(file.path));
  }
}
