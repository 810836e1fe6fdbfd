import { basename, join, resolve } from 'node:path';
import { writeFileAtomically } from '../../files/atomic-file.js';
import { nodeFileSystem } from '../../files/file-system.js';
import { kindOf } from '../../files/regular-file.js';
import { asDiskError } from '../../files/system-errors.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import type { ReportContents } from '../../report/parts/part.js';
import { readRuns } from '../../report/reported-run.js';
import { readReportedSearch } from '../../report/reported-search.js';
import { htmlReport, markdownReport } from '../../report/write-report.js';
import { refuseLink } from '../../run/guarded-files.js';
import { holdsSearch } from '../../tune/search-journal.js';
import { formatSize, plural } from '../../ui/format.js';
import { standardOutput } from '../../ui/output.js';
import { checkFilePlace } from '../shared/flags.js';
import type { ReportFile } from './forms.js';
import { measureDiagnoses } from './measure-diagnoses.js';
import { measurePassages } from './measure-passages.js';
import { refuseNoRun } from './refuse-no-run.js';

interface ReportFileRequest {
  /** Paths of run directories and of folders of searches, whose best runs are reported as well. */
  readonly runs: readonly string[];
  readonly format: ReportFile;
  readonly output: string;
  /** Whether the models read held-out text for the report. */
  readonly measure: boolean;
  /** Whether the runs are diagnosed. */
  readonly diagnose: boolean;
  readonly overwrite: boolean;
  readonly json: boolean;
}

/**
 * Writes a report of runs for people.
 *
 * @throws UserError `usage` for a path that is not a run, a run that is given twice, and a file that exists; `model` for a broken file of a run
 */
export async function writeReportFile(request: ReportFileRequest): Promise<void> {
  const { runs, format, output, measure, overwrite, json } = request;
  const given = new Map<string, string>();
  for (const run of runs) {
    if (!holdsSearch(run)) refuseNoRun(run);
    const other = given.get(resolve(run));
    if (other !== undefined) throw new UserError('usage', `${other} and ${run} are the same folder: give it once`);
    given.set(resolve(run), run);
  }
  checkFilePlace('--output', output);
  if (!overwrite && kindOf(output) !== undefined)
    throw new UserError('usage', `${output} exists: replace it with --overwrite, or give another --output`);
  if (format === 'md') checkPictures(picturesOf(output), overwrite);
  const searches = runs.filter(holdsSearch).map(readReportedSearch);
  const ofSearches = searches.flatMap(({ best }) => (best === undefined || given.has(resolve(best)) ? [] : [best]));
  const reported = await readRuns([...ofSearches, ...runs.filter((run) => !holdsSearch(run))]);
  const now = () => performance.now() / 1000;
  const contents = {
    runs: reported,
    searches,
    passages: measure ? await measurePassages(reported) : [],
    diagnoses: request.diagnose ? await measureDiagnoses(reported, now) : [],
  };
  const files = format === 'html' ? new Map([[output, htmlReport(contents)]]) : markdownFiles(contents, output);
  const folder = picturesOf(output);
  if (format === 'md' && kindOf(folder) === undefined) makeFolder(folder);
  let bytes = 0;
  for (const [path, text] of files) {
    const content = Buffer.from(text, 'utf8');
    bytes += content.length;
    writeFileAtomically(path, (append) => append(content));
  }
  await (json
    ? standardOutput.write(`${terminalSafeJson({ format, path: output, bytes, runs })}\n`)
    : standardOutput.line(
        `${output}: report of ${countOf(runs.length - searches.length, searches.length)}, ${formatSize(bytes)}`,
      ));
}

/** `2 runs`, `1 search`, `2 runs and 1 search`. */
const countOf = (runs: number, searches: number) =>
  [
    ...(runs > 0 ? [plural(runs, 'run')] : []),
    ...(searches > 0 ? [searches === 1 ? '1 search' : `${searches} searches`] : []),
  ].join(' and ');

/** The folder for the pictures of a Markdown file: `card-pictures` for card.md. */
const picturesOf = (output: string) => `${output.replace(/\.[^./\\]*$/, '')}-pictures`;

function checkPictures(folder: string, overwrite: boolean): void {
  const kind = kindOf(folder);
  if (kind === undefined) return;
  if (kind !== 'folder')
    throw new UserError('usage', `${folder}, the folder for the pictures, is a file: give another --output`);
  if (!overwrite)
    throw new UserError('usage', `${folder} exists: replace the pictures in it with --overwrite, or give another --output`);
  refuseLink(folder, 'pictures');
}

/** The pictures first, so that the text never refers to one that is missing. */
function markdownFiles(contents: ReportContents, output: string): Map<string, string> {
  const folder = picturesOf(output);
  const { text, pictures } = markdownReport(contents, basename(folder));
  return new Map([...[...pictures].map(([name, svg]) => [join(folder, name), svg] as const), [output, text]]);
}

function makeFolder(folder: string): void {
  try {
    nodeFileSystem.makeFolder(folder);
  } catch (error) {
    throw asDiskError(error, folder, 'Nothing was changed.', 'make the folder');
  }
}
