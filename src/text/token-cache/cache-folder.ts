import { readdirSync, statSync, unlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isTemporaryFile } from '../../checkpoint/atomic-file.js';
import { asDiskError } from '../../checkpoint/disk-error.js';
import { attempt, nodeFileSystem } from '../../checkpoint/file-system.js';

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

/**
 * Where the tokens of a corpus are kept; undefined where they are held in memory.
 *
 * @param choice `corpus.cache`: a folder, `off`, or `auto`, which is the user's folder for a corpus that memory is not to hold.
 */
export function tokenCacheFolder(choice: string, inMemory: boolean): string | undefined {
  if (choice === 'off') return undefined;
  if (choice !== 'auto') return choice;
  const { env: environment, platform } = process;
  return inMemory ? undefined : userCacheFolder({ environment, platform, home: homedir() });
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
