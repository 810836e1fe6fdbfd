import type { TrainingListener } from '../train/events.js';
import type { TerminalText } from './terminal-text.js';

/** Shows a training run in progress. */
export interface TrainingDisplay {
  onEvent: TrainingListener;
  /** Shows a message on a line of its own. */
  notice(message: string): void;
  /** Restores the terminal. Later events are not shown; a second call has no effect. */
  close(): void;
}

/** The destination of lines: an output of the process, or a test's own. It escapes strings. */
export interface LineOutput {
  line(text: string | TerminalText): unknown;
}
