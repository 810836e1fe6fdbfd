import type { TrainingListener } from '../train/events.js';

/** Shows a training run while it goes on. */
export interface TrainingDisplay {
  onEvent: TrainingListener;
  /** Says something beside the events: a line of its own. */
  notice(message: string): void;
  /** Leaves the terminal as it was found. Events after it are not shown; a second call does nothing. */
  close(): void;
}

/** What is written to: standard error of the process, or a test's own. */
export interface TextStream {
  write(text: string): unknown;
}
