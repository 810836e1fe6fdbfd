import { basename, join, resolve } from 'node:path';
import { nodeFileSystem } from '../../files/file-system.js';
import { acquireLock } from '../../files/lock.js';
import { kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { type ConvertedRun, checkRun, convertRun } from '../../report/tensorboard/convert-run.js';
import { listEventFiles } from '../../run/event-files.js';
import { deleteFile, refuseLink } from '../../run/guarded-files.js';
import { runLayout } from '../../run/run-directory.js';
import { formatCount, formatSize } from '../../ui/format.js';
import { standardOutput } from '../../ui/output.js';
import { refuseNoRun } from './refuse-no-run.js';

interface ReportRequest {
  /** Paths of run directories. */
  readonly runs: readonly string[];
  /** The folder that gets a folder for each run; undefined: each run's own folder. */
  readonly output: string | undefined;
  readonly overwrite: boolean;
  readonly json: boolean;
}

/** A run, and the folder for its event file. */
interface Place {
  readonly run: string;
  readonly folder: string;
}

/**
 * Writes an event file of TensorBoard for each run. All runs are read and checked before the first file is written.
 *
 * @throws UserError `usage` for a path that is not a run, and for a place with event files; `model` for a broken file of a run; `locked`
 *   for a run that is being trained, unless `output` is another place
 */
export async function writeReports({ runs, output, overwrite, json }: ReportRequest): Promise<void> {
  const places = placesOf(runs, output);
  for (const { folder } of places) {
    refuseLink(folder, 'event files');
    const [found] = overwrite ? [] : listEventFiles(folder);
    if (found !== undefined)
      throw new UserError(
        'usage',
        `${folder} already contains event files, and TensorBoard would show both: replace them with --overwrite, or give another --output`,
      );
  }
  for (const { run } of places) checkRun(run);
  const converted = places.map((place) => converting(place, output === undefined));
  await (json
    ? standardOutput.write(`${terminalSafeJson({ to: 'tensorboard', runs: converted })}\n`)
    : standardOutput.line(converted.map(described).join('\n')));
}

/** @param isInRun whether the folder belongs to the run directory, which only one process may write to */
function converting({ run, folder }: Place, isInRun: boolean): ConvertedRun {
  const lock = isInRun ? acquireLock(runLayout(run).lock) : undefined;
  try {
    const old = listEventFiles(folder);
    const converted = convertRun(run, folder);
    for (const path of old) deleteFile(nodeFileSystem, path);
    return converted;
  } finally {
    lock?.release();
  }
}

/** @throws UserError usage for a path that is not a run, for two runs with the same place, and for an output that is a file */
function placesOf(runs: readonly string[], output: string | undefined): Place[] {
  if (output !== undefined && !['folder', undefined].includes(kindOf(output)))
    throw new UserError('usage', `--output ${output} is a file: the path of a folder is expected`);
  const places = new Map<string, Place>();
  for (const run of runs) {
    refuseNoRun(run);
    const folder = output === undefined ? runLayout(run).tensorboard : join(output, basename(resolve(run)));
    const other = places.get(resolve(folder));
    if (other !== undefined) throw new UserError('usage', `${other.run} and ${run} would both be written to ${folder}`);
    places.set(resolve(folder), { run, folder });
  }
  return [...places.values()];
}

const described = ({ run, path, bytes, scalars, histograms, texts }: ConvertedRun) => {
  const counts = [`scalars ${formatCount(scalars)}`, `histograms ${formatCount(histograms)}`, `texts ${formatCount(texts)}`];
  return `${run}: ${path}, ${formatSize(bytes)} (${counts.join(', ')})`;
};
