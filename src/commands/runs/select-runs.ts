import { nearest } from '../../config/nearest.js';
import { naturalOrder } from '../../experiments/find-runs.js';
import type { RunRecord } from '../../experiments/run-record.js';
import { UserError } from '../../foundation/errors.js';
import type { JsonValue } from '../../foundation/strict-json.js';
import { findColumn, type RunColumn, runColumns } from './run-columns.js';

/** Which runs are shown, and in which order. */
export interface Selection {
  /** A column or a key of the config. */
  readonly sort: string | undefined;
  /** From high to low. */
  readonly reverse: boolean;
  /** Conditions such as `state=running` or `learningRate>=0.001`, all of which a run must meet. */
  readonly filters: readonly string[];
}

const comparisons = new Map<string, (order: number) => boolean>([
  ['!=', (order) => order !== 0],
  ['>=', (order) => order >= 0],
  ['<=', (order) => order <= 0],
  ['=', (order) => order === 0],
  ['>', (order) => order > 0],
  ['<', (order) => order < 0],
]);

/**
 * The runs that meet all conditions, in the order of a column. Runs without a value are last, and meet no condition but `!=`.
 * @throws UserError usage for a condition or a column that is not known
 */
export function selectRuns(folder: string, runs: readonly RunRecord[], { sort, reverse, filters }: Selection): RunRecord[] {
  if (runs.length === 0) return [];
  const column = (name: string, flag: string) => findColumn(name, folder, runs) ?? refuse(name, flag, folder, runs);
  const conditions = filters.map((filter) => {
    const { name, sign, wanted } = parts(filter);
    const { value } = column(name, `--filter ${filter}`);
    return (run: RunRecord) => {
      const own = value(run);
      return own === undefined ? sign === '!=' : comparisons.get(sign)!(compare(own, wanted));
    };
  });
  const kept = runs.filter((run) => conditions.every((isMet) => isMet(run)));
  if (sort === undefined) return kept;
  const { value } = column(sort, `--sort ${sort}`);
  return kept.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return Number(x === undefined) - Number(y === undefined);
    return reverse ? compare(y, x) : compare(x, y);
  });
}

function parts(filter: string): { name: string; sign: string; wanted: string } {
  const [, name, sign, wanted] = /^\s*([^!<>=\s]+)\s*([!<>]=|[=<>])\s*(.*?)\s*$/s.exec(filter) ?? [];
  if (name !== undefined && sign !== undefined && wanted !== undefined) return { name, sign, wanted };
  throw new UserError(
    'usage',
    `--filter ${filter}: write a column, a comparison and a value, as in --filter 'validation<1.5' or --filter state=completed`,
  );
}

/** Numbers by value, everything else as text. */
function compare(a: JsonValue, b: JsonValue): number {
  const [x, y] = [a, b].map((value) => (value === '' || typeof value === 'boolean' ? Number.NaN : Number(value))) as [
    number,
    number,
  ];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return naturalOrder.compare(textOf(a), textOf(b));
}

const textOf = (value: JsonValue) => (typeof value === 'string' ? value : JSON.stringify(value));

function refuse(name: string, flag: string, folder: string, runs: readonly RunRecord[]): RunColumn {
  const names = runColumns(folder, runs).map((column) => column.name);
  const keys = [...new Set(runs.flatMap(({ config }) => [...config.keys()]))];
  const ambiguous = keys.filter((key) => key.endsWith(`.${name}`));
  if (ambiguous.length > 1) throw new UserError('usage', `${flag}: several keys end in ${name}: ${ambiguous.join(', ')}`);
  const meant = nearest(name, [...names, ...keys, ...keys.map((key) => key.slice(key.lastIndexOf('.') + 1))]);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  throw new UserError('usage', `${flag}: no run has a column or a key ${name}${hint}; columns are ${names.join(', ')}`);
}
