import { basename, relative } from 'node:path';
import { showValue } from '../../config/show-value.js';
import { differingKeys, shortPaths } from '../../experiments/config-leaves.js';
import type { RunRecord } from '../../experiments/run-record.js';
import type { JsonValue } from '../../foundation/strict-json.js';
import { formatCount, formatDuration, formatLoss, formatPerplexity, formatRate } from '../../ui/format.js';
import { oneLine } from '../../ui/terminal-text.js';

/** A column of the table of runs. */
export interface RunColumn {
  /** For `--sort`, `--filter`, and the names of JSON and CSV. */
  readonly name: string;
  readonly heading: string;
  /** Undefined where the run does not have it. */
  value(run: RunRecord): JsonValue | undefined;
  /** As people read it. */
  text(value: JsonValue): string;
  /** A column of numbers, which stand below each other at their right end. */
  readonly isNumber?: boolean;
  /** Only in JSON and CSV, and for `--sort` and `--filter`. */
  readonly isHidden?: boolean;
}

const plain = (value: JsonValue) => oneLine(typeof value === 'string' ? value : showValue(value));

function numbers(name: string, value: (run: RunRecord) => number | undefined, format: (value: number) => string): RunColumn {
  return { name, heading: name, value, text: (shown) => format(shown as number), isNumber: true };
}

/** The columns that every table has. @param folder the folder that was searched, to which the names of runs are relative */
function recordColumns(folder: string): RunColumn[] {
  const hidden = (column: RunColumn): RunColumn => ({ ...column, isHidden: true });
  return [
    { name: 'run', heading: 'run', value: ({ directory }) => relative(folder, directory) || basename(directory), text: plain },
    { name: 'state', heading: 'state', value: ({ state }) => state, text: plain },
    numbers('step', ({ step }) => step, formatCount),
    numbers('steps', ({ steps }) => steps, formatCount),
    hidden(numbers('training', ({ trainingLoss }) => trainingLoss, formatLoss)),
    numbers('validation', ({ bestValidationLoss }) => bestValidationLoss, formatLoss),
    numbers(
      'perplexity',
      ({ bestValidationLoss: loss }) => (loss === undefined ? undefined : Math.exp(loss)),
      formatPerplexity,
    ),
    hidden(numbers('bestStep', ({ bestStep }) => bestStep, formatCount)),
    numbers('test', ({ testLoss }) => testLoss, formatLoss),
    { ...numbers('tokensPerSecond', ({ tokensPerSecond }) => tokensPerSecond, formatRate), heading: 'tokens/s' },
    { ...numbers('seconds', ({ seconds }) => seconds, formatDuration), heading: 'time' },
    numbers('parameters', ({ parameters }) => parameters, formatCount),
    hidden({ name: 'engine', heading: 'engine', value: ({ engine }) => engine, text: plain }),
    hidden(numbers('threads', ({ threads }) => threads, formatCount)),
    hidden({ name: 'changed', heading: 'changed', value: ({ changed }) => changed?.toISOString(), text: plain }),
    hidden({ name: 'message', heading: 'message', value: ({ message }) => message, text: plain }),
    hidden({ name: 'problem', heading: 'problem', value: ({ problem }) => problem, text: plain }),
  ];
}

/** A column for a key of the config. */
const keyColumn = (path: string, heading: string): RunColumn => ({
  name: path,
  heading,
  value: ({ config }) => config.get(path),
  text: plain,
});

/** The columns of a table of runs: those of every table, and one for each key in which the configs differ. */
export function runColumns(folder: string, runs: readonly RunRecord[]): RunColumn[] {
  const paths = differingKeys(runs.filter(({ problem }) => problem === undefined).map(({ config }) => config));
  const columns = recordColumns(folder);
  const names = columns.flatMap(({ name, heading }) => [name, heading]);
  const headings = shortPaths(paths, names);
  return [...columns, ...paths.map((path, i) => keyColumn(path, headings[i]!))];
}

/**
 * The column with a name or heading, or for a key of the config, which need not differ between the runs.
 * @returns undefined when there is none, or when several keys end in the name
 */
export function findColumn(name: string, folder: string, runs: readonly RunRecord[]): RunColumn | undefined {
  const columns = runColumns(folder, runs);
  const shown = columns.find((column) => column.name === name || column.heading === name);
  if (shown !== undefined) return shown;
  const paths = [...new Set(runs.flatMap(({ config }) => [...config.keys()]))];
  const found = paths.filter((path) => path === name || path.endsWith(`.${name}`));
  return found.length === 1 || found.includes(name) ? keyColumn(found.includes(name) ? name : found[0]!, name) : undefined;
}
