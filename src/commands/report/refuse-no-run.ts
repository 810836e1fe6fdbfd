import { isFolder, kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { describeNoConfig } from '../../run/recognize.js';
import { runLayout } from '../../run/run-directory.js';

/** @throws UserError usage for a path that is not the directory of a run that has begun */
export function refuseNoRun(path: string): void {
  const problem = describeNoRun(path);
  if (problem !== undefined) throw new UserError('usage', problem);
}

/** Why a path is not the directory of a run that has begun; undefined if it is. */
function describeNoRun(path: string): string | undefined {
  const kind = kindOf(path);
  if (kind === undefined) return `${path} does not exist: a run directory is expected`;
  if (!isFolder(path)) return describeNoConfig(path) ?? `${path} is a file: a run directory is expected`;
  if (kindOf(runLayout(path).config) === 'file') return undefined;
  return describeNoConfig(path) ?? `${path} has no config.yaml: it is not the directory of a run that has begun`;
}
