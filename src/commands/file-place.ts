import { dirname } from 'node:path';
import { isFolder } from '../checkpoint/regular-file.js';
import { UserError } from '../errors.js';

/**
 * Sees to it, before any work is done for it, that a file can have the place that a flag names.
 *
 * @throws UserError usage when its folder is missing, or the place is a folder
 */
export function checkFilePlace(flag: string, place: string): void {
  const folder = dirname(place);
  if (!isFolder(folder)) throw new UserError('usage', `${flag} ${place}: there is no folder ${folder}`);
  if (isFolder(place)) throw new UserError('usage', `${flag} ${place} is a folder; give the name of a file`);
}
