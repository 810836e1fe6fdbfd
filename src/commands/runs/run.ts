import { setTimeout as wait } from 'node:timers/promises';
import { findRuns } from '../../experiments/find-runs.js';
import { createRunReader, type RunRecord } from '../../experiments/run-record.js';
import { kindOf } from '../../files/regular-file.js';
import { UserError } from '../../foundation/errors.js';
import { terminalSafeJson } from '../../foundation/terminal-safe.js';
import { canRedraw } from '../../ui/colours.js';
import { standardOutput } from '../../ui/output.js';
import { redrawnLines } from '../../ui/redrawn-lines.js';
import { runColumns } from './run-columns.js';
import { runFacts, runsCsv, runsTable } from './runs-text.js';
import { type Selection, selectRuns } from './select-runs.js';

interface RunsRequest extends Selection {
  /** The folder to search. */
  readonly folder: string;
  readonly form: 'table' | 'json' | 'csv';
  /** Whether the table is drawn again while runs go on. */
  readonly watch: boolean;
}

/** Time between two drawings, in milliseconds. */
const PERIOD = 2000;

/** Prints the runs in a folder. Nothing in a run directory is trusted. */
export async function listRuns({ folder, form, watch, ...selection }: RunsRequest): Promise<void> {
  if (kindOf(folder) !== 'folder')
    throw new UserError('usage', `${folder} is not a folder: name a folder with run directories`);
  if (watch && !canRedraw(standardOutput))
    throw new UserError('usage', '--watch draws the table again and again, which needs a terminal; leave it out here');
  const read = createRunReader();
  const readRuns = async () => {
    const records: RunRecord[] = [];
    for (const directory of findRuns(folder)) records.push(await read(directory));
    return selectRuns(folder, records, selection);
  };
  const runs = await readRuns();
  const columns = runColumns(folder, runs);
  if (form === 'json') {
    const document = { folder, columns: columns.map(({ name }) => name), runs: runs.map((run) => runFacts(run, columns)) };
    await standardOutput.write(`${terminalSafeJson(document)}\n`);
  } else if (form === 'csv') await standardOutput.write(runsCsv(runs, columns));
  else if (watch) await watchRuns(folder, runs, readRuns);
  else
    await standardOutput.line(tableLines(folder, runs, standardOutput.isTTY ? standardOutput.columns : undefined).join('\n'));
}

function tableLines(folder: string, runs: readonly RunRecord[], width: number | undefined): string[] {
  return runs.length === 0 ? [`no runs in ${folder}`] : runsTable(runs, runColumns(folder, runs), width);
}

/** Draws the table until the output can no longer be written. Ctrl-C ends the process. */
async function watchRuns(folder: string, first: readonly RunRecord[], readRuns: () => Promise<RunRecord[]>): Promise<void> {
  const drawing = redrawnLines(standardOutput);
  for (let runs = first; standardOutput.failure === undefined; runs = await readRuns()) {
    await drawing.show(tableLines(folder, runs, standardOutput.columns));
    await wait(PERIOD);
  }
}
