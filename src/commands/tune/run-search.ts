import { nextJob } from '../../tune/next-job.js';
import { nextRun } from '../../tune/next-run.js';
import type { SearchJournal } from '../../tune/search-journal.js';
import { unfinishedCandidates } from '../../tune/search-record.js';
import { changesAt } from '../../tune/search-space.js';
import type { SearchSpace } from '../../tune/trial.js';
import { type TuningResult, type TuningRun, tuningRunName } from '../../tune/tuning-run.js';
import { type TrialProcess, trainTrial } from './train-trial.js';
import type { TrialFiles } from './trial-files.js';

/** What happens in a search. */
export interface SearchListener {
  begun(run: TuningRun, directory: string): void;
  /** It is already in the record. */
  ended(run: TuningRun, result: TuningResult): void;
  /** Called every second. */
  tick(): void;
}

export interface SearchLoop {
  readonly journal: SearchJournal;
  readonly space: SearchSpace;
  readonly files: TrialFiles;
  readonly parallel: number;
  readonly secondsPerStep: number;
  /** The time in seconds. */
  readonly now: () => number;
  /** Seconds of the budget that are used. */
  readonly spent: () => number;
  readonly listener: SearchListener;
}

/** A search at work. */
export interface RunningSearch {
  /** Resolves when nothing is left to do, or after a stop. @throws the error of a training, after the others were stopped */
  readonly ended: Promise<void>;
  /** Stops all trainings with a checkpoint each. */
  stop(): void;
}

/** Milliseconds between two drawings, and seconds between two records of the time. */
const TICK = 1000;
const RECORD = 60;
/** A training that is slower than expected may exceed the budget by this share of it, and so many seconds. */
const GRACE = 0.05;
const GRACE_SECONDS = 2;

interface Running {
  readonly process: TrialProcess;
  readonly outcome: Promise<{
    readonly name: string;
    readonly run: TuningRun;
    readonly result: TuningResult | 'stopped' | Error;
  }>;
}

/** Runs the trainings of a search, several side by side, until its limits are reached. */
export function runSearch(loop: SearchLoop): RunningSearch {
  const { journal, files, parallel, spent, listener } = loop;
  const { record } = journal;
  const running = new Map<string, Running>();
  let stopped = false;
  let failure: unknown;
  let recorded = spent();

  const stop = () => {
    stopped = true;
    for (const { process } of running.values()) process.stop();
  };
  const fail = (error: unknown) => {
    failure ??= error;
    stop();
  };

  function begin(run: TuningRun): void {
    const name = tuningRunName(run);
    if (!record.unfinished.has(name)) {
      files.prepare(run);
      journal.begin(run, spent());
    }
    const trial = files.write(run);
    const process = trainTrial({ ...trial, now: loop.now });
    const outcome = process.ended
      .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
      .then((result) => ({ name, run, result }));
    running.set(name, { process, outcome });
    listener.begun(run, trial.directory);
  }

  async function work(): Promise<void> {
    for (;;) {
      while (!stopped && running.size < parallel) {
        const next = nextRun(stateOf(loop, new Set(running.keys())));
        if (typeof next === 'string') break;
        begin(next);
      }
      if (running.size === 0) return;
      const { name, run, result } = await Promise.race([...running.values()].map(({ outcome }) => outcome));
      running.delete(name);
      if (result instanceof Error) fail(result);
      else if (result !== 'stopped') {
        journal.end(run, result, spent());
        listener.ended(run, result);
      }
    }
  }

  const timer = setInterval(() => {
    const { budget } = record.limits;
    if (budget !== undefined && spent() > budget * (1 + GRACE) + GRACE_SECONDS) stop();
    if (spent() - recorded >= RECORD) {
      recorded = spent();
      journal.time(recorded);
    }
    listener.tick();
  }, TICK);

  async function ended(): Promise<void> {
    try {
      await work();
    } catch (error) {
      fail(error);
      await Promise.all([...running.values()].map(({ outcome }) => outcome));
    } finally {
      clearInterval(timer);
    }
    journal.time(spent());
    if (failure !== undefined) throw failure;
  }
  return { ended: ended(), stop };
}

function stateOf({ journal, space, files, secondsPerStep, spent }: SearchLoop, running: ReadonlySet<string>) {
  const { record } = journal;
  const { rungs, reduction, seed } = record.setup;
  return {
    record,
    running,
    secondsPerStep,
    spent: spent(),
    nextCandidate: () => nextJob({ space, rungs, reduction, seed }, record.candidates, unfinishedCandidates(record)),
    changes: ({ point }: { readonly point: readonly number[] }) => changesAt(space, point),
    stepsOf: files.stepsOf,
  };
}
