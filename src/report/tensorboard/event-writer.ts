import { eventRecord } from './event-record.js';
import type { Hyperparameters } from './hyperparameters.js';
import type { StepValues } from './run-values.js';
import type { SummaryValue } from './summary.js';

interface EventWriterOptions {
  /** Gets each record, complete, as soon as it is made. */
  readonly append: (record: Uint8Array) => void;
  /** Seconds since 1970 for an event of a step. */
  readonly wallTime: (step: number) => number;
  /** The last step that earlier event files of the run may contain; 0 for a new run. */
  readonly after: number;
  readonly hyperparameters: Hyperparameters;
}

/** Writes the events of one session of a run to one event file. */
export interface EventWriter {
  write(values: StepValues): void;
  /** The run is complete. */
  end(step: number): void;
}

/**
 * Begins an event file: its version, the beginning of the session, and the hyperparameters. TensorBoard then drops the events of steps after
 * `after` that earlier files of the folder contain, because a resumed run writes these steps again.
 */
export function beginEventFile({ append, wallTime, after, hyperparameters }: EventWriterOptions): EventWriter {
  const summary = (step: number, values: readonly SummaryValue[]) =>
    append(eventRecord({ kind: 'summary', values, step, wallTime: wallTime(step) }));
  const begin = wallTime(after);
  append(eventRecord({ kind: 'version', step: 0, wallTime: begin }));
  append(eventRecord({ kind: 'session-start', step: after + 1, wallTime: begin }));
  summary(after, [{ plugin: 'hparams', data: { kind: 'start', values: hyperparameters, seconds: begin } }]);
  return {
    write: ({ step, values }) => {
      if (values.length > 0) summary(step, values);
    },
    end: (step) => summary(step, [{ plugin: 'hparams', data: { kind: 'end', seconds: wallTime(step) } }]),
  };
}
