import type { Timing } from './expected-duration.js';
import type { RungResult, Trial } from './trial.js';
import { type CandidateRun, type TuningResult, type TuningRun, tuningRunName } from './tuning-run.js';

/** What a search was begun with; none of it changes when the search is resumed. */
export interface SearchSetup {
  /** The config file, as it was named. */
  readonly config: string;
  /** The texts of `--search`. */
  readonly search: readonly string[];
  /** Steps of each rung for the config itself, ascending; the last one is a whole training. */
  readonly rungs: readonly number[];
  readonly reduction: number;
  readonly seed: number;
}

/** When a search ends: after so many seconds, or when so many candidates have been tried. At least one of them. */
export interface SearchLimits {
  readonly budget?: number;
  readonly trials?: number;
}

/** A candidate with its values. */
export interface Candidate extends Trial {
  /** `key=value`. */
  readonly changes: readonly string[];
  readonly results: RungResult[];
}

/** The loss of a whole training with a seed. */
export interface SeedResult {
  readonly seed: number;
  readonly loss: number;
}

/** Everything that a search has found so far. */
export interface SearchRecord {
  readonly setup: SearchSetup;
  limits: SearchLimits;
  readonly candidates: Candidate[];
  /** Whole trainings of candidates with other seeds, by the number of the candidate. */
  readonly repeats: Map<number, SeedResult[]>;
  /** Whole trainings of the config as it is. */
  readonly ready: SeedResult[];
  readonly timings: Timing[];
  /** Trainings that have begun and not ended, in the order in which they began. */
  readonly unfinished: Map<string, TuningRun>;
  /** Seconds of the budget that are used. */
  spent: number;
}

export function emptyRecord(setup: SearchSetup): SearchRecord {
  return {
    setup,
    limits: {},
    candidates: [],
    repeats: new Map(),
    ready: [],
    timings: [],
    unfinished: new Map(),
    spent: 0,
  };
}

export function recordBegin(record: SearchRecord, run: TuningRun): void {
  record.unfinished.set(tuningRunName(run), run);
  if (run.kind !== 'candidate' || record.candidates[run.trial] !== undefined) return;
  const { trial: number, point, changes } = run;
  record.candidates.push({ number, point, changes, results: [] });
}

export function recordEnd(record: SearchRecord, run: TuningRun, { loss, steps, seconds }: TuningResult): void {
  record.unfinished.delete(tuningRunName(run));
  record.timings.push({ trial: run.kind === 'ready' ? undefined : run.trial, steps, seconds });
  if (run.kind === 'ready') {
    record.ready.push({ seed: run.seed, loss });
    return;
  }
  const candidate = record.candidates[run.trial];
  if (candidate === undefined) throw new Error(`trial ${run.trial} has not begun`);
  if (run.kind === 'candidate') candidate.results.push({ rung: run.rung, loss });
  else record.repeats.set(run.trial, [...(record.repeats.get(run.trial) ?? []), { seed: run.seed, loss }]);
}

/** The result of the highest rung that a candidate has reached; undefined before the end of the first. */
export const latestResult = ({ results }: Pick<Trial, 'results'>): RungResult | undefined => results.at(-1);

/** The trainings of candidates that have begun and not ended. */
export const unfinishedCandidates = ({ unfinished }: SearchRecord): CandidateRun[] =>
  [...unfinished.values()].filter((run) => run.kind === 'candidate');
