import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isFolder, kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { describeNoModel } from '../../run/recognize.js';
import { listCheckpoints, runLayout } from '../../run/run-directory.js';

/** A series of losses in nats per token, each with the step after which it was measured. */
export interface LossCurve {
  readonly steps: readonly number[];
  readonly losses: readonly number[];
}

/** The contents of a run directory besides its model. */
export interface RunSummary {
  readonly directory: string;
  /** The file that represents the run: the best model, or the newest checkpoint if there is no model yet. */
  readonly file: string;
  readonly training: LossCurve;
  readonly validation: LossCurve;
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
  return { directory, file, ...(await lossCurves(layout.metrics)), checkpoints };
}

/** The losses in a metrics log. Incomplete lines, such as the last one of an active run, are skipped. */
async function lossCurves(path: string): Promise<Pick<RunSummary, 'training' | 'validation'>> {
  const curves = { step: emptyCurve(), validation: emptyCurve() };
  if (exists(path)) {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) {
      const { type, step, loss } = parsed(line);
      if ((type !== 'step' && type !== 'validation') || typeof step !== 'number' || typeof loss !== 'number') continue;
      curves[type].steps.push(step);
      curves[type].losses.push(loss);
    }
  }
  return { training: curves.step, validation: curves.validation };
}

const emptyCurve = () => ({ steps: [] as number[], losses: [] as number[] });

const exists = (path: string) => kindOf(path) === 'file';

function parsed(line: string): { type?: unknown; step?: unknown; loss?: unknown } {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
