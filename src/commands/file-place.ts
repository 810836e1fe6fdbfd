import { dirname } from 'node:path';
import { isFolder } from '../checkpoint/regular-file.js';
import { UserError } from '../errors.js';
import { terminalSafe } from '../sample/terminal-safe.js';

/**
 * Sees to it, before any work is done for it, that a file can have the place that a flag names.
 *
 * @throws UserError usage when its folder is missing, or the place is a folder
 */
export function checkFilePlace(flag: string, place: string): void {
  const folder = dirname(place);
  if (!isFolder(folder))
    throw new UserError('usage', `${flag} ${terminalSafe(place)}: there is no folder ${terminalSafe(folder)}`);
  if (isFolder(place)) throw new UserError('usage', `${flag} ${terminalSafe(place)} is a folder; give the name of a file`);
}
