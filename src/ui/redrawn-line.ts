import { terminalSafe } from '../foundation/terminal-safe.js';
import { TerminalText } from './terminal-text.js';

/**
 * The codes that draw a line in the place of the previous one, on a terminal that interprets escape codes; an empty line removes it.
 *
 * The cursor stays at the start of the line. A terminal that rewraps the line when it becomes narrower moves the cursor with it, so that
 * all rows of the old line are after the cursor, and are cleared. A line may be too long until the new width is known: line wrapping is
 * switched off during the write (?7l, ?7h), so the terminal cuts it. The row is cleared first (2K) and the rest of the screen last (J),
 * because tmux keeps a screen in its history if it is cleared from its upper left corner.
 */
export function redrawnLine(line: string): TerminalText {
  return new TerminalText(`\x1b[?7l\x1b[2K${terminalSafe(line) || ' '}\x1b[J\r\x1b[?7h`);
}
