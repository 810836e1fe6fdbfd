import { expectedSeconds } from './expected-duration.js';
import { finalists, furtherSeeds } from './ranking.js';
import { type Candidate, latestResult, type SearchRecord, unfinishedCandidates } from './search-record.js';
import type { SearchJob } from './trial.js';
import { type CandidateRun, type TuningRun, tuningRunName } from './tuning-run.js';

export interface TuningState {
  readonly record: SearchRecord;
  /** The trainings that are running, by their names. */
  readonly running: ReadonlySet<string>;
  /** Seconds of the budget that are used. */
  readonly spent: number;
  /** Seconds that a step of the config takes, before any training has been timed. */
  readonly secondsPerStep: number;
  /** The next training of the search for candidates, if results are as they are. */
  readonly nextCandidate: () => SearchJob;
  /** The changes of the config at a point. */
  readonly changes: (job: SearchJob) => readonly string[];
  /** How many steps the training makes up to the end of a rung, from the checkpoint from which it continues. */
  readonly stepsOf: (run: TuningRun) => number;
}

/** The share of the budget that is reserved for the finalists. */
const FINAL_SHARE = 0.25;

/**
 * The training that begins next: first those that a killed session has left, then the config itself as the standard of comparison, then
 * candidates, and at last whole trainings of the finalists and the config with further seeds, one seed after another.
 *
 * Nothing begins that would not end within the budget, at the speed of the trainings so far.
 *
 * @returns `wait` where it depends on trainings that are running; `done` where nothing is left to do
 */
export function nextRun(state: TuningState): TuningRun | 'wait' | 'done' {
  const { record, running } = state;
  const left = [...record.unfinished].find(([name]) => !running.has(name));
  if (left !== undefined && state.spent < endOfAll(record)) return left[1];
  const isReady = (seed: number) =>
    record.ready.some((result) => result.seed === seed) || running.has(tuningRunName({ kind: 'ready', seed }));
  const first: TuningRun = { kind: 'ready', seed: record.setup.seed };
  if (!isReady(first.seed) && isWithin(state, first, endOfAll(record))) return first;
  const candidate = candidateIfDue(state);
  if (typeof candidate === 'object') return candidate;
  const searching = unfinishedCandidates(record).length > 0;
  // Which candidates are finalists is known when the search is over; the config is repeated in any case.
  const waiting: TuningRun[] = furtherSeeds(record).map((seed) => ({ kind: 'ready', seed }));
  const order = searching ? waiting : finalRuns(record);
  for (const run of order) {
    if (run.kind === 'ready' ? isReady(run.seed) : running.has(tuningRunName(run))) continue;
    if (isWithin(state, run, endOfAll(record))) return run;
  }
  return running.size > 0 ? 'wait' : 'done';
}

/** What is left to do when the search for candidates is over, in the order of its worth. */
function finalRuns(record: SearchRecord): TuningRun[] {
  const best = finalists(record);
  const last = record.setup.rungs.length - 1;
  const whole = best.flatMap((candidate): TuningRun[] => {
    const { rung, loss } = latestResult(candidate)!;
    return rung < last && Number.isFinite(loss) ? [toNextRung(candidate, rung + 1)] : [];
  });
  // A finalist that diverges on its way to the end is replaced by the next one; only when all are there does the first seed follow.
  if (whole.length > 0) return whole;
  return furtherSeeds(record).flatMap((seed) => [
    ...(record.ready.some((result) => result.seed === seed) ? [] : [{ kind: 'ready', seed } as const]),
    ...best
      .filter(({ number }) => !(record.repeats.get(number) ?? []).some((result) => result.seed === seed))
      .map(({ number }) => ({ kind: 'repeat', trial: number, seed }) as const),
  ]);
}

const toNextRung = ({ number, point, changes }: Candidate, rung: number): CandidateRun => ({
  kind: 'candidate',
  trial: number,
  point,
  rung,
  changes,
});

/** The next training of the search, `wait` where it depends on running ones, `over` where the search has reached its limits. */
function candidateIfDue(state: TuningState): CandidateRun | 'wait' | 'over' {
  const { record, nextCandidate, changes } = state;
  const { budget, trials } = record.limits;
  const end = budget === undefined ? Number.POSITIVE_INFINITY : budget - reserveOf(state, budget);
  if (state.spent >= end) return 'over';
  const job = nextCandidate();
  const isNew = record.candidates[job.trial] === undefined;
  if (isNew && trials !== undefined && record.candidates.length >= trials)
    return unfinishedCandidates(record).length > 0 ? 'wait' : 'over';
  const run: CandidateRun = { kind: 'candidate', ...job, changes: changes(job) };
  return isWithin(state, run, end) ? run : 'over';
}

/** The time for the finalists: the best one must come to the end, rung after rung, and be repeated once. */
function reserveOf(state: TuningState, budget: number): number {
  const { record } = state;
  const [best] = finalists(record);
  const rungs = best === undefined ? [] : record.setup.rungs.flatMap((_, i) => (i >= best.results.length ? [i] : []));
  const way = rungs.reduce((sum, rung) => sum + secondsOf(state, toNextRung(best!, rung)), 0);
  const whole = secondsOf(state, { kind: 'ready', seed: record.setup.seed });
  return Math.max(FINAL_SHARE * budget, Math.min(budget / 2, way + whole));
}

const endOfAll = ({ limits: { budget } }: SearchRecord) => budget ?? Number.POSITIVE_INFINITY;

function isWithin(state: TuningState, run: TuningRun, end: number): boolean {
  return end === Number.POSITIVE_INFINITY || state.spent + secondsOf(state, run) <= end;
}

function secondsOf({ record, secondsPerStep, stepsOf }: TuningState, run: TuningRun): number {
  const trial = run.kind === 'ready' ? undefined : run.trial;
  return expectedSeconds(record.timings, { trial, steps: stepsOf(run) }, secondsPerStep);
}
