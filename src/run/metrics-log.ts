import { closeSync, readSync } from 'node:fs';
import { type FileSystem, nodeFileSystem } from '../files/file-system.js';
import { openRegularFile } from '../files/regular-file.js';
import { asDiskError } from '../files/system-errors.js';
import { UserError } from '../foundation/errors.js';
import { type JsonValue, stringifyStrictJson } from '../foundation/strict-json.js';
import { openByteLog } from './byte-log.js';

/**
 * metrics.jsonl: one JSON document per line, appended during training. Each line is passed to the operating system at once, so it survives
 * the end of the process; it is on the device after `sync`, which precedes every checkpoint. A checkpoint records the length of the log,
 * and resuming from it cuts the log there: the lines that follow are written again, with the same bytes.
 */
export interface MetricsLog {
  /** Bytes so far, as checkpoints record them. */
  readonly length: number;
  append(line: JsonValue): void;
  sync(): void;
  /**
   * Cuts the log to a length that a checkpoint recorded. An empty log stays empty: somebody has moved its content.
   *
   * @throws UserError `model` when the log is not the one that the checkpoint belongs to
   */
  truncate(length: number): void;
  close(): void;
}

/** Opens the log at `path`, a regular file, for appending. A failure to write is a UserError `disk`. */
export function openMetricsLog(path: string, files: FileSystem = nodeFileSystem): MetricsLog {
  const kept = 'The lines before it, and all checkpoints, are safe.';
  const log = openByteLog(path, files, kept);
  return {
    get length() {
      return log.length;
    },
    append: (line) => log.append(Buffer.from(`${stringifyStrictJson(line)}\n`)),
    sync: () => log.sync(),
    truncate(recorded) {
      if (log.length === 0) return;
      try {
        checkCut(path, log.length, recorded);
      } catch (error) {
        throw asDiskError(error, path, kept);
      }
      log.cut(recorded);
    },
    close: () => log.close(),
  };
}

/** The log must be at least as long as recorded, and a line must end there. */
function checkCut(path: string, length: number, recorded: number): void {
  const advice = 'Put the right one back, or delete it to resume with a log that begins at the checkpoint';
  if (recorded > length) {
    throw new UserError('model', `${path} has ${length} bytes, but had ${recorded} when the checkpoint was written. ${advice}`);
  }
  if (recorded === 0) return;
  const last = Buffer.alloc(1);
  const { descriptor } = openRegularFile(path);
  try {
    readSync(descriptor, last, 0, 1, recorded - 1);
  } finally {
    closeSync(descriptor);
  }
  if (last[0] !== 0x0a) {
    throw new UserError(
      'model',
      `${path} is not the log that the checkpoint belongs to: no line ends at byte ${recorded}. ${advice}`,
    );
  }
}
