import { latestResult, type SearchRecord } from '../../tune/search-record.js';
import { valueOfChange } from '../../tune/search-result.js';
import type { TuningResult, TuningRun } from '../../tune/tuning-run.js';
import { type BarField, barLine } from '../../ui/bar-line.js';
import { canRedraw } from '../../ui/colours.js';
import { createCountingLine } from '../../ui/counting-line.js';
import { formatCount, formatDuration, formatLoss } from '../../ui/format.js';
import type { Output } from '../../ui/output.js';

interface ShownSearch {
  readonly record: SearchRecord;
  /** The config file, as it was named. */
  readonly file: string;
  /** Short names of the searched keys. */
  readonly names: readonly string[];
  readonly output: Output;
  readonly spent: () => number;
}

/** Shows a search in progress, for people. */
export interface SearchDisplay {
  ended(run: TuningRun, result: TuningResult): void;
  tick(): void;
  /** Shows a message on a line of its own. */
  notice(line: string): void;
  /** Removes the bar. */
  close(): void;
}

/**
 * On a terminal a bar over the budget, with a line for each new best; elsewhere a line for each training that ends.
 */
export function searchDisplay({ record, file, names, output, spent }: ShownSearch): SearchDisplay {
  const bar = createCountingLine(output);
  let best = Number.POSITIVE_INFINITY;
  let isClosed = false;
  // Those of a search that is continued are not news.
  for (const { results } of record.candidates) for (const { loss } of results) best = Math.min(best, loss);
  const draw = () => {
    if (!isClosed) bar.show(searchLine(record, spent(), output.columns - 1));
  };
  const print = (line: string) => {
    if (isClosed) return;
    bar.clear();
    output.line(line);
    draw();
  };
  return {
    ended(run, result) {
      const isBest = run.kind === 'candidate' && result.loss < best;
      if (isBest) best = result.loss;
      const text = describeEnd(run, result, { record, file, names });
      if (isBest || run.kind !== 'candidate' || !canRedraw(output)) print(isBest ? `${text}: the best so far` : text);
      else draw();
    },
    tick: draw,
    notice: print,
    close() {
      isClosed = true;
      bar.clear();
    },
  };
}

function describeEnd(
  run: TuningRun,
  { loss }: TuningResult,
  { record, file, names }: Pick<ShownSearch, 'record' | 'file' | 'names'>,
) {
  const shown = Number.isFinite(loss) ? `loss ${formatLoss(loss)}` : 'diverged';
  if (run.kind === 'ready') return `${file} as it is, seed ${run.seed}: ${shown}`;
  if (run.kind === 'repeat') return `candidate ${run.trial}, seed ${run.seed}: ${shown}`;
  const { rungs } = record.setup;
  const length = `${formatCount(rungs[run.rung]!)} of ${formatCount(rungs.at(-1)!)} steps`;
  const values = run.changes.map((change, i) => `${names[i]} ${valueOfChange(change)}`);
  return `candidate ${run.trial}, ${length}: ${shown} (${values.join(', ')})`;
}

/** The bar over the budget or the number of candidates, at most `columns` characters. */
export function searchLine(record: SearchRecord, spent: number, columns: number): string {
  const { limits, candidates, unfinished } = record;
  const { budget, trials } = limits;
  const shares = [
    ...(budget === undefined ? [] : [spent / budget]),
    ...(trials === undefined ? [] : [candidates.filter(({ results }) => results.length > 0).length / trials]),
  ];
  const time = budget === undefined ? formatDuration(spent) : `${formatDuration(spent)} of ${formatDuration(budget)}`;
  const count = formatCount(candidates.length) + (trials === undefined ? '' : ` of ${formatCount(trials)}`);
  const best = bestOf(record);
  const fields: BarField[] = [
    { text: time, worth: 4 },
    { text: `${count} candidates`, worth: 2 },
    { text: `${unfinished.size} running`, worth: 1 },
    ...(best === undefined ? [] : [{ text: `best ${formatLoss(best)}`, worth: 3 }]),
  ];
  return barLine(Math.min(1, Math.max(0, ...shares)), fields, columns);
}

/** The lowest loss of the candidates, each at the highest rung that it has reached. */
function bestOf({ candidates }: SearchRecord): number | undefined {
  const losses = candidates.flatMap((candidate) => latestResult(candidate)?.loss ?? []).filter(Number.isFinite);
  return losses.length === 0 ? undefined : Math.min(...losses);
}
