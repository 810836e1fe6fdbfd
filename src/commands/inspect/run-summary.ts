import { statSync } from 'node:fs';
import { isFolder, kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { type LossCurves, readLossCurves } from '../../run/loss-curves.js';
import { describeNoModel } from '../../run/recognize.js';
import { listCheckpoints, runLayout } from '../../run/run-directory.js';

/** The contents of a run directory besides its model. */
export interface RunSummary extends Pick<LossCurves, 'training' | 'validation'> {
  readonly directory: string;
  /** The file that represents the run: the best model, or the newest checkpoint if there is no model yet. */
  readonly file: string;
  /** Newest first. */
  readonly checkpoints: readonly { readonly path: string; readonly step: number; readonly bytes: number }[];
}

/**
 * Reads the contents of a run directory.
 *
 * @returns undefined for a path that is not a directory
 * @throws UserError `model` for a directory without a model and without checkpoints
 */
export async function summarizeRun(directory: string): Promise<RunSummary | undefined> {
  if (!isFolder(directory)) return undefined;
  const layout = runLayout(directory);
  const checkpoints = listCheckpoints(layout.checkpoints).flatMap(({ path, step }) => {
    // An active run may delete old checkpoints.
    const bytes = statSync(path, { throwIfNoEntry: false })?.size;
    return bytes === undefined ? [] : [{ path, step, bytes }];
  });
  const file = exists(layout.model) ? layout.model : checkpoints[0]?.path;
  if (file === undefined)
    throw new UserError('model', describeNoModel(directory) ?? `${directory} has neither a model nor a checkpoint`);
  const { training, validation } = await readLossCurves(layout.metrics);
  return { directory, file, training, validation, checkpoints };
}

const exists = (path: string) => kindOf(path) === 'file';
