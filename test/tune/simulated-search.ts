import { nextRun } from '../../src/tune/next-run.js';
import { emptyRecord, recordBegin, recordEnd, type SearchLimits, type SearchRecord } from '../../src/tune/search-record.js';
import { changesAt, searchSpace } from '../../src/tune/search-space.js';
import type { SearchJob } from '../../src/tune/trial.js';
import { type TuningRun, tuningRunName } from '../../src/tune/tuning-run.js';

export interface Simulation {
  readonly limits: SearchLimits;
  readonly parallel: number;
  readonly secondsPerStep: number;
  /** Seconds that each training takes before its first step. */
  readonly start?: number;
  readonly rungs?: readonly number[];
  /** The loss of a training; infinite where it diverges. */
  readonly lossOf: (run: TuningRun, record: SearchRecord) => number;
}

/** Successive halving in its simplest form: the best third of a rung goes on; else a candidate at the next place of a simple sequence. */
function candidateAfter({ setup: { rungs }, candidates, unfinished }: SearchRecord): SearchJob {
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const reached = candidates.filter(({ results }) => results[rung] !== undefined);
    const best = reached
      .toSorted((a, b) => a.results[rung]!.loss - b.results[rung]!.loss)
      .slice(0, Math.floor(reached.length / 3));
    const next = best.find(
      ({ number, results }) =>
        Number.isFinite(results[rung]!.loss) && results.length === rung + 1 && !unfinished.has(String(number).padStart(3, '0')),
    );
    if (next) return { trial: next.number, point: next.point, rung: rung + 1 };
  }
  return { trial: candidates.length, point: [(0.618 * candidates.length) % 1], rung: 0 };
}

/** A training of a simulated search. Times are seconds. */
export interface SimulatedRun {
  readonly run: TuningRun;
  readonly from: number;
  readonly to: number;
}

/** Runs a search whose trainings take the time that is expected, without training anything. */
export function simulateSearch({
  limits,
  parallel,
  secondsPerStep,
  start = 0,
  rungs = [20, 60, 180, 540],
  lossOf,
}: Simulation) {
  const setup = { config: 'a.yaml', search: ['model.dropout=linear(0,1)'], rungs, reduction: 3, seed: 5 };
  const record = emptyRecord(setup);
  record.limits = limits;
  const space = searchSpace(setup.search);
  const running = new Map<string, SimulatedRun>();
  const done: SimulatedRun[] = [];
  const stepsOf = (run: TuningRun) =>
    run.kind !== 'candidate' ? rungs.at(-1)! : rungs[run.rung]! - (run.rung === 0 ? 0 : 0.8 * rungs[run.rung - 1]!);
  const secondsOf = (run: TuningRun) => start + stepsOf(run) * secondsPerStep;
  let time = 0;
  for (;;) {
    while (running.size < parallel) {
      const next = nextRun({
        record,
        running: new Set(running.keys()),
        spent: time,
        secondsPerStep,
        nextCandidate: () => candidateAfter(record),
        changes: ({ point }) => changesAt(space, point),
        stepsOf,
      });
      if (typeof next === 'string') break;
      recordBegin(record, next);
      running.set(tuningRunName(next), { run: next, from: time, to: time + secondsOf(next) });
    }
    const [first] = [...running.values()].sort((a, b) => a.to - b.to);
    if (first === undefined) return { record, runs: done };
    time = first.to;
    running.delete(tuningRunName(first.run));
    const steps = stepsOf(first.run);
    recordEnd(record, first.run, { loss: lossOf(first.run, record), steps, seconds: secondsOf(first.run) });
    done.push(first);
  }
}
