import { terminalSafe } from '../foundation/terminal-safe.js';
import { TerminalText } from './terminal-text.js';

/**
 * What draws a line in the place of the one before, on a terminal that understands escape codes; an empty line takes it off the screen.
 *
 * The cursor waits at the start of the line. A terminal that breaks the line anew when it is made narrower takes the cursor along, so
 * that all rows of the old line lie from there on, and are cleared. Until the new width is known a line may be too long: the terminal
 * cuts it off, for it wraps no lines while this is written (?7l, ?7h). The row is cleared first (2K) and the rest of the screen last
 * (J), because tmux keeps a screen that is cleared from its upper left corner in its history.
 */
export function redrawnLine(line: string): TerminalText {
  return new TerminalText(`\x1b[?7l\x1b[2K${terminalSafe(line) || ' '}\x1b[J\r\x1b[?7h`);
}
