import { join } from 'node:path';
import { kindOf, readBeginning } from '../files/regular-file.js';
import { UserError } from '../foundation/errors.js';
import { isJsonMap, type JsonMap, type JsonValue, memberOf, parseStrictJson } from '../foundation/strict-json.js';
import { type MetricsLog, openMetricsLog } from '../run/metrics-log.js';
import {
  emptyRecord,
  recordBegin,
  recordEnd,
  type SearchLimits,
  type SearchRecord,
  type SearchSetup,
} from './search-record.js';
import { type TuningResult, type TuningRun, tuningRunName } from './tuning-run.js';

/**
 * search.jsonl: what a search has done, one JSON document per line. The first line is the setup; then a line for the begin and the end of
 * each training and of each session, with the seconds of the budget that were used. A line is on the device before the search goes on, so
 * that a search that was killed continues where it was.
 */
export interface SearchJournal {
  readonly record: SearchRecord;
  /** A session of the search begins. */
  session(limits: SearchLimits): void;
  begin(run: TuningRun, spent: number): void;
  end(run: TuningRun, result: TuningResult, spent: number): void;
  /** Records the time that was used, so that little of it is lost when the search is killed. */
  time(spent: number): void;
  close(): void;
}

/** Increment when earlier versions would misread new journals. */
const VERSION = 1;
/** The most bytes that are read: some ten thousand trainings. */
const MOST_BYTES = 1 << 24;

/**
 * Begins the journal of a new search.
 *
 * @throws UserError `disk` when the operating system refuses
 */
export function createJournal(path: string, setup: SearchSetup): SearchJournal {
  const log = openMetricsLog(path);
  log.truncate(0);
  append(log, { type: 'search', version: VERSION, ...jsonOf(setup) });
  return journalOf(log, emptyRecord(setup));
}

/**
 * Continues the journal of a search. A last line that is incomplete, because the search was killed while it was written, is removed.
 *
 * @throws UserError `model` when the journal is broken, `disk` when the operating system refuses
 */
export function continueJournal(path: string): SearchJournal {
  const record = readSearch(path);
  const log = openMetricsLog(path);
  try {
    log.truncate(readBeginning(path, log.length, 'refuse').lastIndexOf(0x0a) + 1);
  } catch (error) {
    log.close();
    throw error;
  }
  return journalOf(log, record);
}

function journalOf(log: MetricsLog, record: SearchRecord): SearchJournal {
  return {
    record,
    session(limits) {
      append(log, { type: 'session', ...jsonOf(limits) });
      record.limits = limits;
    },
    begin(run, spent) {
      append(log, { type: 'begin', spent, run: jsonOf(run) });
      recordBegin(record, run);
    },
    end(run, result, spent) {
      // JSON has no infinity: the loss of a training that diverged is null.
      const loss = Number.isFinite(result.loss) ? result.loss : null;
      append(log, { type: 'end', spent, run: tuningRunName(run), ...result, loss });
      recordEnd(record, run, result);
      record.spent = spent;
    },
    time(spent) {
      append(log, { type: 'time', spent });
      record.spent = spent;
    },
    close: () => log.close(),
  };
}

function append(log: MetricsLog, line: JsonMap): void {
  log.append(line);
  log.sync();
}

/** Interfaces of plain data are JSON. */
const jsonOf = (data: object) => data as unknown as JsonMap;

/**
 * Reads the journal of a search, which may be active. Nothing in it is trusted; a last line that is incomplete is left out.
 *
 * @throws UserError `model` naming the line that is not valid
 */
export function readSearch(path: string): SearchRecord {
  const lines = readBeginning(path, MOST_BYTES, 'refuse').toString('utf8').split('\n').slice(0, -1);
  const refuse = (line: number, problem: string) => new UserError('model', `${path}, line ${line}: ${problem}`);
  let record: SearchRecord | undefined;
  for (const [i, text] of lines.entries()) {
    const line = parsed(text);
    if (i === 0) {
      const version = memberOf(line, 'version');
      if (typeof version === 'number' && version > VERSION)
        throw refuse(1, `the search is of a newer version of Textloom (format ${version}, this one reads ${VERSION})`);
      const setup = memberOf(line, 'type') === 'search' ? setupOf(line) : undefined;
      if (setup === undefined) throw refuse(1, 'it is not the setup of a search');
      record = emptyRecord(setup);
    } else if (!apply(record!, line))
      throw refuse(i + 1, 'it is not a line of a search, or does not follow from those before it');
  }
  if (record === undefined) throw new UserError('model', `${path} is empty: it is not the journal of a search`);
  return record;
}

/** Whether a folder contains a search. */
export const holdsSearch = (folder: string): boolean => kindOf(searchLayout(folder).journal) === 'file';

/** Paths of the files of a search. */
export interface SearchLayout {
  readonly journal: string;
  /** The config that is searched from, complete. */
  readonly ready: string;
  readonly best: string;
  /** The run directories. */
  readonly trials: string;
  readonly lock: string;
}

export function searchLayout(folder: string): SearchLayout {
  return {
    journal: join(folder, 'search.jsonl'),
    ready: join(folder, 'ready.yaml'),
    best: join(folder, 'best.yaml'),
    trials: join(folder, 'trials'),
    lock: join(folder, 'lock'),
  };
}

function parsed(text: string): JsonValue {
  try {
    return parseStrictJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}

const isNumber = (value: JsonValue | undefined): value is number => typeof value === 'number';
const isCount = (value: JsonValue | undefined): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: JsonValue | undefined): value is string => typeof value === 'string';
const isListOf = (value: JsonValue | undefined, isItem: (item: JsonValue) => boolean) =>
  Array.isArray(value) && value.every(isItem);

function setupOf(line: JsonValue): SearchSetup | undefined {
  if (!isJsonMap(line)) return undefined;
  const { config, search, rungs, reduction, seed } = line;
  const isAscending = isListOf(rungs, isCount) && (rungs as number[]).every((steps, i, all) => i === 0 || steps > all[i - 1]!);
  const isValid = isText(config) && isListOf(search, isText) && isAscending && (rungs as number[]).length > 0;
  return isValid && isNumber(reduction) && isCount(seed)
    ? ({ config, search, rungs, reduction, seed } as unknown as SearchSetup)
    : undefined;
}

/** Adds a line to the record. @returns whether the line was valid */
function apply(record: SearchRecord, line: JsonValue): boolean {
  if (!isJsonMap(line)) return false;
  const { type, spent, run, budget, trials, loss, steps, seconds } = line;
  if (type === 'session') {
    const isLimits = [budget, trials].every((limit) => limit === undefined || isNumber(limit));
    record.limits = { ...(isNumber(budget) && { budget }), ...(isNumber(trials) && { trials }) };
    return isLimits;
  }
  if (!isNumber(spent)) return false;
  record.spent = spent;
  if (type === 'time') return true;
  if (type === 'begin') {
    if (!isRunOf(record, run)) return false;
    recordBegin(record, run as unknown as TuningRun);
    return true;
  }
  const ended = isText(run) ? record.unfinished.get(run) : undefined;
  if (type !== 'end' || ended === undefined || !isCount(steps) || !isNumber(seconds)) return false;
  if (loss !== null && !isNumber(loss)) return false;
  recordEnd(record, ended, { loss: loss ?? Number.POSITIVE_INFINITY, steps, seconds });
  return true;
}

/** Whether a value is a training that can begin now. */
function isRunOf({ candidates, setup }: SearchRecord, run: JsonValue | undefined): boolean {
  if (!isJsonMap(run)) return false;
  const { kind, trial, seed, rung, point, changes } = run;
  if (kind === 'ready') return isCount(seed);
  if (!isCount(trial) || trial > candidates.length) return false;
  const candidate = candidates[trial];
  if (kind === 'repeat') return isCount(seed) && candidate !== undefined;
  if (kind !== 'candidate' || !isCount(rung) || rung >= setup.rungs.length || rung !== (candidate?.results.length ?? 0))
    return false;
  const isShare = (value: JsonValue) => isNumber(value) && value >= 0 && value <= 1;
  return isListOf(point, isShare) && (point as number[]).length === setup.search.length && isListOf(changes, isText);
}
