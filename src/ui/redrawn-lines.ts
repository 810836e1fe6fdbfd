import { terminalSafe } from '../foundation/terminal-safe.js';
import type { Output } from './output.js';
import { TerminalText } from './terminal-text.js';

/** Lines that are drawn again in the place of the previous ones. */
interface RedrawnLines {
  /** Lines that the terminal does not have room for are counted in the last one. */
  show(lines: readonly string[]): Promise<boolean>;
}

/**
 * Draws lines on a terminal that interprets escape codes. The cursor stays below the last line, so that the terminal is in order when the
 * process ends at any moment. After the terminal has got another width, it has moved the old lines, so the screen is cleared. Lines are not
 * wrapped (?7l, ?7h): a line too long is cut.
 */
export function redrawnLines(output: Pick<Output, 'columns' | 'rows' | 'write'>): RedrawnLines {
  let drawn = 0;
  let { columns } = output;
  return {
    show(lines) {
      const room = Math.max(1, output.rows - 1);
      const hidden = lines.length - room + 1;
      const shown = lines.length <= room ? lines : [...lines.slice(0, room - 1), `... and ${hidden} more lines`];
      const start = output.columns === columns ? (drawn > 0 ? `\x1b[${drawn}A` : '') : '\x1b[H';
      columns = output.columns;
      drawn = shown.length;
      const body = shown.map((line) => `\x1b[2K${terminalSafe(line)}\n`).join('');
      return output.write(new TerminalText(`\x1b[?7l${start}\r${body}\x1b[J\x1b[?7h`));
    },
  };
}
