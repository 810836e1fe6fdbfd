import { UserError } from '../../foundation/errors.js';
import { describeNoRun } from '../../run/recognize.js';

/** @throws UserError usage for a path that is not the directory of a run that has begun */
export function refuseNoRun(path: string): void {
  const problem = describeNoRun(path);
  if (problem !== undefined) throw new UserError('usage', problem);
}
