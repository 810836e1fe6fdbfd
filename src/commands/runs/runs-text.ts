import Papa from 'papaparse';
import type { RunRecord } from '../../experiments/run-record.js';
import type { JsonMap } from '../../foundation/strict-json.js';
import { oneLine } from '../../ui/terminal-text.js';
import { widthOf } from '../../ui/wrap.js';
import { textTable } from '../shared/text-table.js';
import type { RunColumn } from './run-columns.js';

/** The most characters of a value in the table. */
const WIDEST = 40;

/**
 * The runs as a table with a line for each or, where the table is too wide, as blocks of lines. Columns without a value are left out.
 * @param width undefined where lines may have any length
 */
export function runsTable(runs: readonly RunRecord[], columns: readonly RunColumn[], width: number | undefined): string[] {
  const shown = columns.filter((column) => !column.isHidden && runs.some((run) => column.value(run) !== undefined));
  const cells = runs.map((run) => shown.map((column) => cell(run, column)));
  const problems = runs.flatMap(({ directory, problem }) =>
    problem === undefined ? [] : [oneLine(`${directory}: ${problem}`)],
  );
  return [...textTable(shown, cells, width), ...problems];
}

function cell(run: RunRecord, column: RunColumn): string {
  const value = column.value(run);
  if (value === undefined) return '-';
  const text = column.text(value);
  if (column.name === 'run' || widthOf(text) <= WIDEST) return text;
  return `${text.slice(0, WIDEST - 1)}…`;
}

/** The values of a run by the names of the columns, for JSON; those that it does not have are left out. */
export function runFacts(run: RunRecord, columns: readonly RunColumn[]): JsonMap {
  return Object.fromEntries(
    columns.flatMap((column) => {
      const value = column.value(run);
      return value === undefined ? [] : [[column.name, value]];
    }),
  );
}

/** The table as comma-separated values (RFC 4180), with the names of the columns in the first line. Text that a spreadsheet would compute is escaped. */
export function runsCsv(runs: readonly RunRecord[], columns: readonly RunColumn[]): string {
  const data = runs.map((run) =>
    columns.map((column) => {
      const value = column.value(run);
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    }),
  );
  return `${Papa.unparse({ fields: columns.map(({ name }) => name), data }, { newline: '\n', escapeFormulae: true })}\n`;
}
