import { nextTurn } from '../foundation/next-turn.js';
import type { SavedState } from '../model/carried-state.js';
import type { Predictor } from '../sample/predictor.js';
import { createBatchPredictors, type SchedulerOptions } from './batch-predictors.js';

/** The state of a model after some tokens, and the logits of the next one, [V]. */
export interface TaskStart {
  readonly state: SavedState;
  readonly logits: Float32Array;
}

/** A text that is read or written in a row of the batch, one token a step. */
export interface RowTask {
  /** Where it continues; undefined: before the first token. */
  readonly start: TaskStart | undefined;
  /**
   * @param logits those of the next token, [V], valid during the call; undefined before the first token
   * @returns the token that is read next; undefined when the task has ended
   */
  step(logits: Float32Array | undefined): number | undefined;
  /** Called after the last step. `save` copies the state after the last token that was read. */
  end?(save: () => SavedState): void;
  /** Whether to leave the row until `wake` is called, because the output is not read fast enough. */
  isPaused?(): boolean;
}

/**
 * Continuous batching: tasks enter a free row of the batch at any token, and leave it when they end. A row's numbers do not depend on the
 * other rows, so that the result of each task has the same bits as if it were alone.
 */
export interface RowScheduler {
  /**
   * Runs a task to its end.
   * @param signal stops the task: its row is free at the next token
   * @returns rejects with what `step` throws, or with the reason of the signal
   */
  run(task: RowTask, signal: AbortSignal): Promise<void>;
  /** Lets tasks continue that are no longer paused. */
  wake(): void;
  /** Tasks in rows now, and tasks that wait for one. */
  readonly active: number;
  readonly waiting: number;
}

/** Tokens after which a task gives its row to a waiting one: with a small state, changing places costs less than a token. */
const TURN = 32;

/** Tasks that take turns, for each row. Further ones wait until one ends, so that memory is bounded. */
const STARTED_PER_ROW = 8;

interface Entry {
  readonly task: RowTask;
  readonly signal: AbortSignal;
  readonly settle: { resolve(): void; reject(reason: unknown): void };
  /** The state while the task is in no row; undefined before its first token. */
  state: SavedState | undefined;
  /** The token that is read next; undefined until the task has started. */
  next: number | undefined;
  /** Tokens since the task got its row. */
  turn: number;
}

export function createRowScheduler(options: SchedulerOptions): RowScheduler {
  const { rows, predictorFor } = createBatchPredictors(options);
  /** The task of each row of the current predictor, without gaps. */
  const active: Entry[] = [];
  /** Tasks that have started and wait for a row, and tasks that have not started, each in order. */
  const ready: Entry[] = [];
  const fresh: Entry[] = [];
  const paused = new Set<Entry>();
  let current: Predictor | undefined;
  let isRunning = false;

  /** Calls `work` for a task. @returns false when the task has ended, or failed */
  function attempt(entry: Entry, work: () => boolean): boolean {
    try {
      if (entry.signal.aborted) throw entry.signal.reason;
      if (work()) return true;
      entry.settle.resolve();
    } catch (error) {
      entry.settle.reject(error);
    }
    return false;
  }

  function start(entry: Entry): boolean {
    return attempt(entry, () => {
      const { task } = entry;
      entry.state = task.start?.state;
      entry.next = task.step(task.start?.logits);
      if (entry.next === undefined) task.end?.(() => task.start?.state ?? []);
      return entry.next !== undefined;
    });
  }

  /** The next task that can have a row. */
  function takeWaiting(): Entry | undefined {
    while (ready.length + fresh.length > 0) {
      const started = active.length + ready.length + paused.size;
      const isNew = fresh.length > 0 && (ready.length === 0 || started < STARTED_PER_ROW * rows);
      const entry = (isNew ? fresh : ready).shift()!;
      if (isNew ? start(entry) : attempt(entry, () => true)) return entry;
    }
    return undefined;
  }

  /** Sets the number of rows to `count`: changes the predictor if there is a better one. */
  function resize(count: number): Predictor {
    const wanted = predictorFor(count);
    if (current !== undefined && current !== wanted)
      for (const [row, entry] of active.entries()) {
        entry.state = current.saveRow(row);
        wanted.restoreRow(row, entry.state);
      }
    current = wanted;
    return wanted;
  }

  function place(entry: Entry, row: number, predictor: Predictor): void {
    if (entry.state === undefined) predictor.resetRow(row);
    else predictor.restoreRow(row, entry.state);
    entry.turn = 0;
    active[row] = entry;
  }

  /** Takes a task out of its row; the last row takes its place. */
  function leave(row: number, predictor: Predictor): void {
    const last = active.length - 1;
    if (row < last) {
      predictor.restoreRow(row, predictor.saveRow(last));
      active[row] = active[last]!;
    }
    active.length = last;
  }

  /** Fills free rows, and changes tasks whose turn has ended for waiting ones. */
  function admit(): void {
    const entering: Entry[] = [];
    while (active.length + entering.length < rows) {
      const entry = takeWaiting();
      if (entry === undefined) break;
      entering.push(entry);
    }
    const predictor = resize(active.length + entering.length || 1);
    for (const entry of entering) place(entry, active.length, predictor);
    let exchanges = ready.length + fresh.length;
    for (let row = 0; row < active.length && exchanges > 0; row++) {
      const leaving = active[row]!;
      if (leaving.turn < TURN) continue;
      exchanges--;
      const entry = takeWaiting();
      if (entry === undefined) break;
      leaving.state = predictor.saveRow(row);
      ready.push(leaving);
      place(entry, row, predictor);
    }
  }

  /** Gives each task the logits after its token. From the last row on, because a row that becomes free is filled with the last. */
  function stepAll(predictor: Predictor): void {
    for (let row = active.length - 1; row >= 0; row--) {
      const entry = active[row]!;
      const { task } = entry;
      const goesOn = attempt(entry, () => {
        entry.next = task.step(predictor.logits[row]!);
        entry.turn++;
        if (entry.next === undefined) task.end?.(() => predictor.saveRow(row));
        return entry.next !== undefined;
      });
      if (goesOn && !task.isPaused?.()) continue;
      if (goesOn) {
        entry.state = predictor.saveRow(row);
        paused.add(entry);
      }
      leave(row, predictor);
    }
  }

  async function loop(): Promise<void> {
    for (;;) {
      admit();
      if (active.length === 0) return;
      const predictor = current!;
      for (const [row, { next }] of active.entries()) predictor.tokens[row] = next!;
      await predictor.advance();
      stepAll(predictor);
      await nextTurn();
    }
  }

  /** Runs the loop while there are tasks. An error of the engine ends all tasks. */
  function begin(): void {
    if (isRunning) return;
    isRunning = true;
    void nextTurn()
      .then(loop)
      .catch((error: unknown) => {
        for (const { settle } of [...active, ...ready, ...fresh, ...paused]) settle.reject(error);
        active.length = ready.length = fresh.length = 0;
        paused.clear();
      })
      .finally(() => {
        isRunning = false;
        if (ready.length + fresh.length > 0) begin();
      });
  }

  /** Removes a task that waits. One in a row is removed at the next token. */
  function withdraw(entry: Entry): void {
    for (const list of [ready, fresh]) {
      const at = list.indexOf(entry);
      if (at >= 0) list.splice(at, 1);
    }
    paused.delete(entry);
    entry.settle.reject(entry.signal.reason);
  }

  return {
    run(task, signal) {
      return new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const stop = () => withdraw(entry);
        const settled = () => signal.removeEventListener('abort', stop);
        const settle = {
          resolve: () => {
            settled();
            resolve();
          },
          reject: (reason: unknown) => {
            settled();
            reject(reason);
          },
        };
        const entry: Entry = { task, signal, settle, state: undefined, next: undefined, turn: 0 };
        signal.addEventListener('abort', stop, { once: true });
        fresh.push(entry);
        begin();
      });
    },
    wake() {
      for (const entry of paused) {
        if (entry.task.isPaused?.()) continue;
        paused.delete(entry);
        ready.push(entry);
      }
      if (ready.length > 0) begin();
    },
    get active() {
      return active.length;
    },
    get waiting() {
      return ready.length + fresh.length + paused.size;
    },
  };
}
