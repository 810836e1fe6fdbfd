import type { SearchJob } from './trial.js';

/** A candidate up to the end of a rung, with the changes of the config at its point, as `key=value`. */
export interface CandidateRun extends SearchJob {
  readonly kind: 'candidate';
  readonly changes: readonly string[];
}

/** A whole training of a candidate with another seed. */
export interface RepeatRun {
  readonly kind: 'repeat';
  readonly trial: number;
  readonly seed: number;
}

/** A whole training of the config as it is, with its own schedule: the standard of comparison. */
export interface ReadyRun {
  readonly kind: 'ready';
  readonly seed: number;
}

/** A training that a search makes. */
export type TuningRun = CandidateRun | RepeatRun | ReadyRun;

/** The name of its run directory. All rungs of a candidate have one directory. */
export function tuningRunName(run: TuningRun): string {
  if (run.kind === 'ready') return `ready-seed-${run.seed}`;
  const number = String(run.trial).padStart(3, '0');
  return run.kind === 'repeat' ? `${number}-seed-${run.seed}` : number;
}

/** How a training ended. */
export interface TuningResult {
  /** Validation loss in nats per token; infinite when the training diverged. */
  readonly loss: number;
  /** Steps made since its beginning or the checkpoint from which it continued, and their time. */
  readonly steps: number;
  readonly seconds: number;
}
