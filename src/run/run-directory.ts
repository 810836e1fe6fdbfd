import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isTemporaryFile, writeFileAtomically } from '../files/atomic-file.js';
import { attempt, type FileSystem, nodeFileSystem } from '../files/file-system.js';
import { acquireLock } from '../files/lock.js';
import { kindOf } from '../files/regular-file.js';
import { asDiskError } from '../files/system-errors.js';
import { UserError } from '../foundation/errors.js';
import type { ByteLog } from './byte-log.js';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.js';
import { createEventFile, deleteEventFiles } from './event-files.js';
import { deleteFile, refuseLink } from './guarded-files.js';
import { type MetricsLog, openMetricsLog } from './metrics-log.js';
import { type ModelFile, NewerFormatError } from './model-content.js';
import { writeModelFile } from './model-file.js';
import { openSamplesLog } from './samples-log.js';
import { openSessionsLog } from './sessions-log.js';

/** Paths of all files of a run. */
export interface RunLayout {
  /** The resolved config. */
  config: string;
  metrics: string;
  /** Texts written during training, if the config asks for them. */
  samples: string;
  /** When and how the run was trained. */
  sessions: string;
  /** The model of the lowest validation loss. */
  model: string;
  /** The vocabulary in a form for other programs, for byte-pair encoding only. */
  tokenizer: string;
  checkpoints: string;
  /** The folder of TensorBoard event files, if the config asks for them. */
  tensorboard: string;
  lock: string;
}

export function runLayout(path: string): RunLayout {
  return {
    config: join(path, 'config.yaml'),
    metrics: join(path, 'metrics.jsonl'),
    samples: join(path, 'samples.jsonl'),
    sessions: join(path, 'sessions.jsonl'),
    model: join(path, 'model.safetensors'),
    tokenizer: join(path, 'tokenizer.json'),
    checkpoints: join(path, 'checkpoints'),
    tensorboard: join(path, 'tensorboard'),
    lock: join(path, 'lock'),
  };
}

export interface CheckpointFile {
  path: string;
  step: number;
}

/** The checkpoint from which to resume, if one is good, and the newer ones that are damaged. */
export interface LatestCheckpoint {
  good?: CheckpointFile & { checkpoint: Checkpoint };
  damaged: readonly { path: string; error: UserError }[];
}

/** A run directory that only this process writes to, until it is closed. Every failure to write is a UserError `disk`. */
export interface RunDirectory {
  readonly path: string;
  readonly layout: RunLayout;
  readonly metrics: MetricsLog;
  /** Whether an earlier run has left a config, model or checkpoints here. */
  isUsed(): boolean;
  /** Deletes the files of an earlier run, and nothing else. */
  clear(): void;
  /**
   * Opens the log of samples. Samples of steps after `step` are removed, because a run that continues from there writes them again. The log
   * is synced to the device before every later checkpoint.
   */
  openSamples(step: number): MetricsLog;
  /** Opens the log of sessions. */
  openSessions(): MetricsLog;
  /**
   * Creates a TensorBoard event file for this session of the run. It is synced to the device before every later checkpoint.
   *
   * @param seconds the time, in seconds since 1970
   */
  createEventFile(seconds: number): ByteLog;
  writeConfig(yaml: string): void;
  writeTokenizer(json: string): void;
  writeModel(model: ModelFile): void;
  /** Newest first. */
  checkpoints(): CheckpointFile[];
  /**
   * Writes the checkpoint of a step, after the metrics log is synced to the device. Then deletes checkpoints beyond the number to keep, and
   * those of later steps, which belong to an abandoned run. Returns its path.
   *
   * @param bestStep the step of the best validation: the last checkpoint up to it is also kept
   */
  writeCheckpoint(step: number, checkpoint: Checkpoint, bestStep?: number): string;
  /** See {@link findGoodCheckpoint}. */
  latestGoodCheckpoint(check?: CheckCheckpoint): LatestCheckpoint;
  close(): void;
}

export interface RunDirectoryOptions {
  /** How many checkpoints to keep, at least 1. */
  keep: number;
  files?: FileSystem;
}

/**
 * Opens a run directory, creates it if necessary, and locks it. Temporary files of killed runs are deleted. Nothing outside of the
 * directory is written or deleted: a symbolic link at `checkpoints`, `tensorboard` or `metrics.jsonl` is refused; one at the path of another
 * file is replaced by the file.
 *
 * @throws UserError `locked` when another run has it open
 */
export function openRunDirectory(path: string, { keep, files = nodeFileSystem }: RunDirectoryOptions): RunDirectory {
  if (!Number.isInteger(keep) || keep < 1) throw new RangeError(`cannot keep ${keep} checkpoints`);
  const layout = runLayout(path);
  try {
    files.makeFolder(layout.checkpoints);
  } catch (error) {
    throw asDiskError(error, layout.checkpoints, 'Nothing was changed.', 'make the folder');
  }
  refuseLink(layout.checkpoints, 'checkpoints');
  refuseLink(layout.tensorboard, 'event files');
  const lock = acquireLock(layout.lock, files);
  let metrics: MetricsLog;
  try {
    for (const folder of [path, layout.checkpoints]) deleteTemporaryFiles(files, folder);
    metrics = openMetricsLog(layout.metrics, files);
  } catch (error) {
    lock.release();
    throw error;
  }
  let samples: MetricsLog | undefined;
  let sessions: MetricsLog | undefined;
  let events: ByteLog | undefined;
  const checkpoints = (): CheckpointFile[] => listCheckpoints(layout.checkpoints);

  return {
    path,
    layout,
    metrics,
    isUsed: () => holdsRun(path),
    clear() {
      for (const file of checkpoints()) deleteFile(files, file.path);
      for (const file of [layout.model, layout.config, layout.tokenizer, layout.samples, layout.sessions])
        deleteFile(files, file);
      deleteEventFiles(layout.tensorboard, files);
      metrics.truncate(0);
    },
    openSamples(step) {
      samples = openSamplesLog(layout.samples, step, files);
      return samples;
    },
    openSessions() {
      sessions = openSessionsLog(layout.sessions, files);
      return sessions;
    },
    createEventFile(seconds) {
      events = createEventFile(layout.tensorboard, seconds, files);
      return events;
    },
    writeConfig: (yaml) => writeFileAtomically(layout.config, (append) => append(Buffer.from(yaml)), { files }),
    writeTokenizer: (json) => writeFileAtomically(layout.tokenizer, (append) => append(Buffer.from(json)), { files }),
    writeModel: (model) => writeModelFile(layout.model, model, { files, kept: 'The best model before it is untouched.' }),
    checkpoints,
    writeCheckpoint(step, checkpoint, bestStep) {
      metrics.sync();
      samples?.sync();
      events?.sync();
      const file = join(layout.checkpoints, checkpointName(step));
      const kept =
        checkpoints().length > 0
          ? 'The checkpoints before it are untouched: the run can be resumed.'
          : 'There is no checkpoint before it to resume from: start again with --overwrite.';
      writeCheckpoint(file, checkpoint, { files, kept });
      const older = checkpoints().filter((other) => other.step <= step);
      const best = bestStep === undefined ? undefined : older.find((other) => other.step <= bestStep);
      const spared = new Set([...older.slice(0, keep), ...(best ? [best] : [])].map((other) => other.path));
      for (const other of checkpoints()) if (!spared.has(other.path)) deleteFile(files, other.path);
      return file;
    },
    latestGoodCheckpoint: (check) => findGoodCheckpoint(checkpoints(), check),
    close() {
      attempt(() => metrics.close());
      attempt(() => samples?.close());
      attempt(() => sessions?.close());
      attempt(() => events?.close());
      lock.release();
    },
  };
}

function checkpointName(step: number): string {
  if (!Number.isSafeInteger(step) || step < 0) throw new RangeError(`${step} is not a step`);
  return `step-${String(step).padStart(8, '0')}.safetensors`;
}

/** The checkpoints in a folder, newest first; none when there is no such folder. Only names are read. */
export function listCheckpoints(folder: string): CheckpointFile[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw asDiskError(error, folder, 'Nothing was changed.', 'list');
  }
  return names
    .flatMap((name) => {
      const digits = /^step-(\d{8}|[1-9]\d{8,14})\.safetensors$/.exec(name)?.[1];
      return digits === undefined ? [] : [{ path: join(folder, name), step: Number(digits) }];
    })
    .sort((a, b) => b.step - a.step);
}

/** Whether a folder contains a config, model or checkpoints of a run. Only names are read. */
export function holdsRun(path: string): boolean {
  const { checkpoints, config, model } = runLayout(path);
  return listCheckpoints(checkpoints).length > 0 || [config, model].some((file) => kindOf(file) !== undefined);
}

/** Removes a run directory in which no run has begun, that is, with nothing but the files that opening it creates. */
export function removeEmptyRun(path: string): void {
  const layout = runLayout(path);
  attempt(() => {
    if (kindOf(layout.config) !== undefined) return;
    attempt(() => rmdirSync(layout.checkpoints));
    const metrics = lstatSync(layout.metrics, { throwIfNoEntry: false });
    if (metrics?.isFile() && metrics.size === 0) attempt(() => unlinkSync(layout.metrics));
    rmdirSync(path);
  });
}

/** Checks the trainer's state in a checkpoint. @throws UserError `model` when it is invalid */
export type CheckCheckpoint = (path: string, checkpoint: Checkpoint) => void;

/**
 * The newest checkpoint that is not damaged and passes `check`.
 *
 * @throws UserError `model` when the newest is of a newer format: continuing from an older one would overwrite it
 */
export function findGoodCheckpoint(
  newestFirst: readonly CheckpointFile[],
  check: CheckCheckpoint = () => {},
): LatestCheckpoint {
  const damaged: { path: string; error: UserError }[] = [];
  for (const file of newestFirst) {
    try {
      const checkpoint = readCheckpoint(file.path);
      check(file.path, checkpoint);
      return { good: { ...file, checkpoint }, damaged };
    } catch (error) {
      if (!(error instanceof UserError) || error.kind !== 'model' || error instanceof NewerFormatError) throw error;
      damaged.push({ path: file.path, error });
    }
  }
  return { damaged };
}

function deleteTemporaryFiles(files: FileSystem, folder: string): void {
  let names: string[];
  try {
    names = files.list(folder);
  } catch (error) {
    throw asDiskError(error, folder, 'Nothing was changed.', 'list');
  }
  for (const name of names) if (isTemporaryFile(name)) deleteFile(files, join(folder, name));
}
