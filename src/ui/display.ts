import type { TrainingListener } from '../train/events.js';
import type { TerminalText } from './terminal-text.js';

/** Shows a training run while it goes on. */
export interface TrainingDisplay {
  onEvent: TrainingListener;
  /** Says something beside the events: a line of its own. */
  notice(message: string): void;
  /** Leaves the terminal as it was found. Events after it are not shown; a second call does nothing. */
  close(): void;
}

/** What lines are written to: an output of the process, or a test's own. Strings are escaped there. */
export interface LineOutput {
  line(text: string | TerminalText): unknown;
}
