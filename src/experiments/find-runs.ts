import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kindOf } from '../files/regular-file.js';
import { asDiskError } from '../files/system-errors.js';
import { UserError } from '../foundation/errors.js';
import { listCheckpoints, runLayout } from '../run/run-directory.js';

/** Folders deeper than this below the given one are not searched. */
const DEEPEST = 8;

/**
 * The run directories in a folder, at any depth, or the folder itself if it is one; in the order of their paths, with numbers by value.
 * Hidden folders, `node_modules` and symbolic links are not searched.
 *
 * @throws UserError `disk` when the folder cannot be listed
 */
export function findRuns(folder: string): string[] {
  const found: string[] = [];
  const search = (path: string, depth: number): void => {
    if (isRun(path, depth === 0)) found.push(path);
    else if (depth < DEEPEST) for (const name of foldersIn(path, depth === 0)) search(join(path, name), depth + 1);
  };
  search(folder, 0);
  return found.sort((a, b) => naturalOrder.compare(a, b));
}

/** A folder with a model alone, such as one that was exported for the Hugging Face Hub, is not a run. */
function isRun(path: string, isGiven: boolean): boolean {
  try {
    const { checkpoints, config } = runLayout(path);
    return listCheckpoints(checkpoints).length > 0 || kindOf(config) !== undefined;
  } catch (error) {
    // A folder that this user may not read.
    if (isGiven || !(error instanceof UserError)) throw error;
    return false;
  }
}

/** Numbers by value, so that `rate-2` is before `rate-10`. The locale is fixed, so that every machine has the same order. */
export const naturalOrder = new Intl.Collator('en', { numeric: true });

function foldersIn(path: string, isGiven: boolean): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.flatMap((entry) =>
      entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules' ? [entry.name] : [],
    );
  } catch (error) {
    // A folder that this user may not read, or that was just deleted.
    if (isGiven) throw asDiskError(error, path, 'Nothing was changed.', 'list');
    return [];
  }
}
