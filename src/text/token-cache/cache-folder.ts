import { lstatSync, readdirSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isTemporaryFile } from '../../files/atomic-file.js';
import { attempt, nodeFileSystem } from '../../files/file-system.js';
import { asDiskError } from '../../files/system-errors.js';

/** What the system says of its user. */
export interface UserPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  readonly home: string;
}

/** Where programs keep what they can make again: the XDG base directory, or its like on macOS and Windows. */
export function userCacheFolder({ environment, platform, home }: UserPlaces): string {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = environment;
  // The specification lets relative paths be ignored.
  if (xdg?.startsWith('/')) return join(xdg, 'textloom');
  if (platform === 'win32') return join(local || join(home, 'AppData', 'Local'), 'textloom', 'cache');
  return platform === 'darwin' ? join(home, 'Library', 'Caches', 'textloom') : join(home, '.cache', 'textloom');
}

/** That of the user who runs this process. */
export function ownCacheFolder(): string {
  const { env: environment, platform } = process;
  return userCacheFolder({ environment, platform, home: homedir() });
}

/**
 * Where the tokens of a corpus are kept; undefined where they are held in memory.
 *
 * @param choice `corpus.cache`: a folder, `off`, or `auto`, which is the user's folder for a corpus that memory is not to hold.
 */
export function tokenCacheFolder(choice: string, inMemory: boolean): string | undefined {
  if (choice === 'off') return undefined;
  if (choice !== 'auto') return choice;
  return inMemory ? undefined : ownCacheFolder();
}

/** Makes the folder where it is missing. @throws UserError 'disk' when the operating system refuses */
export function prepareCacheFolder(folder: string): void {
  try {
    nodeFileSystem.makeFolder(folder);
  } catch (error) {
    throw asDiskError(error, folder, 'Name another folder as corpus.cache, or keep the tokens in memory (corpus.cache: off).');
  }
}

/** Milliseconds after which a file that nobody has written to is given up; a run writes many times a second. */
const A_DAY = 24 * 60 * 60 * 1000;

/** Deletes what processes that were killed have left half written a day or more before a file. Another machine's may still be at work. */
export function sweepCacheFolder(folder: string, before: string): void {
  attempt(() => {
    const latest = statSync(before).mtimeMs - A_DAY;
    for (const name of readdirSync(folder)) {
      const path = join(folder, name);
      if (isTemporaryFile(name) && statSync(path).mtimeMs < latest) unlinkSync(path);
    }
  });
}

/** A file that the cache has written. */
export interface CachedFile {
  readonly path: string;
  readonly bytes: number;
  /** When it was last used, in milliseconds since 1970. */
  readonly used: number;
}

/** The files of the cache in a folder, those that were used last first. Files of others are none of them. */
export function cachedFiles(folder: string): CachedFile[] {
  const names = tried(() => readdirSync(folder)) ?? [];
  const files = names.filter(isCacheFile).flatMap((name): CachedFile[] => {
    const path = join(folder, name);
    const stat = tried(() => lstatSync(path));
    return stat?.isFile() ? [{ path, bytes: stat.size, used: stat.mtimeMs }] : [];
  });
  return files.sort((a, b) => b.used - a.used || (a.path < b.path ? -1 : 1));
}

/** Undefined where the operating system refuses. */
function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

const isCacheFile = (name: string) => /^(tokens-[0-9a-f]{64}\.bin|(tokenizer|sources|splits)-[0-9a-f]{64}\.json)$/.test(name);

/** Notes that a file is in use, so that it is not the first to be deleted. */
export function touch(path: string): void {
  const now = new Date();
  attempt(() => utimesSync(path, now, now));
}

/** Bytes that the user's cache folder has at most when a run has added to it; more only where one file has more. */
export const MOST_CACHED = 5_000_000_000;

/** Deletes the files that were used least recently until the rest has at most `limit` bytes; `keep` stays in any case. */
export function boundCacheFolder(folder: string, keep: string, limit: number = MOST_CACHED): void {
  let bytes = tried(() => statSync(keep).size) ?? 0;
  for (const file of cachedFiles(folder)) {
    if (file.path === keep) continue;
    bytes += file.bytes;
    if (bytes > limit) attempt(() => unlinkSync(file.path));
  }
}
