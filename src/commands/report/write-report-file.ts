import { resolve } from 'node:path';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { readRuns } from '../../report/reported-run.js';
import { htmlReport } from '../../report/write-report.js';
import { formatSize, plural } from '../../ui/format.js';
import { standardOutput } from '../../ui/output.js';
import { checkFilePlace } from '../shared/flags.js';
import type { ReportFile } from './forms.js';
import { measurePassages } from './measure-passages.js';
import { refuseNoRun } from './refuse-no-run.js';

interface ReportFileRequest {
  /** Paths of run directories. */
  readonly runs: readonly string[];
  readonly format: ReportFile;
  readonly output: string;
  /** Whether the models read held-out text for the report. */
  readonly measure: boolean;
  readonly overwrite: boolean;
  readonly json: boolean;
}

/**
 * Writes a report of runs for people.
 *
 * @throws UserError `usage` for a path that is not a run, a run that is given twice, and a file that exists; `model` for a broken file of a run
 */
export async function writeReportFile({ runs, format, output, measure, overwrite, json }: ReportFileRequest): Promise<void> {
  const given = new Map<string, string>();
  for (const run of runs) {
    refuseNoRun(run);
    const other = given.get(resolve(run));
    if (other !== undefined) throw new UserError('usage', `${other} and ${run} are the same run: give it once`);
    given.set(resolve(run), run);
  }
  checkFilePlace('--output', output);
  if (!overwrite && kindOf(output) !== undefined)
    throw new UserError('usage', `${output} exists: replace it with --overwrite, or give another --output`);
  const reported = await readRuns(runs);
  const contents = { runs: reported, passages: measure ? await measurePassages(reported) : [] };
  const bytes = Buffer.from(htmlReport(contents), 'utf8');
  writeFileAtomically(output, (append) => append(bytes));
  await (json
    ? standardOutput.write(`${terminalSafeJson({ format, path: output, bytes: bytes.length, runs })}\n`)
    : standardOutput.line(`${output}: report of ${plural(runs.length, 'run')}, ${formatSize(bytes.length)}`));
}
