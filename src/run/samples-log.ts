import { statSync } from 'node:fs';
import { type FileSystem, nodeFileSystem } from '../files/file-system.js';
import { readBeginning } from '../files/regular-file.js';
import { memberOf, parseStrictJson } from '../foundation/strict-json.js';
import { type MetricsLog, openMetricsLog } from './metrics-log.js';

/**
 * samples.jsonl: one sample per line, with the step after which it was written. Checkpoints do not record its length, so that a run with
 * samples has the same checkpoints as one without.
 *
 * @param step the step from which the run continues: lines of later steps are removed, and everything after a damaged line
 * @throws UserError `disk` when the operating system refuses
 */
export function openSamplesLog(path: string, step: number, files: FileSystem = nodeFileSystem): MetricsLog {
  const log = openMetricsLog(path, files);
  try {
    log.truncate(lengthUpTo(path, step));
  } catch (error) {
    log.close();
    throw error;
  }
  return log;
}

/** Bytes up to the first line that is damaged or of a later step. */
function lengthUpTo(path: string, step: number): number {
  const bytes = readBeginning(path, statSync(path).size, 'refuse');
  let length = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, length);
    if (end < 0 || !(stepOf(bytes.toString('utf8', length, end)) <= step)) return length;
    length = end + 1;
  }
}

/** NaN for a line that is not ours. */
function stepOf(line: string): number {
  try {
    return Number(memberOf(parseStrictJson(line), 'step') ?? Number.NaN);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return Number.NaN;
  }
}
