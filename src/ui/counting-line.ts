import { canRedraw } from './colours.js';
import type { Output } from './output.js';
import { redrawnLine } from './redrawn-line.js';
import { styled } from './terminal-text.js';

/** A line that is redrawn during work, on a terminal only. */
export interface CountingLine {
  show(line: string): void;
  /** Removes it from the screen. */
  clear(): void;
}

/** Where lines cannot be cleared, as on a dumb terminal, they are overwritten. */
export function createCountingLine(output: Output): CountingLine {
  let shown = 0;
  const put = (line: string) => {
    if (!output.isTTY) return;
    output.write(canRedraw(output) ? redrawnLine(line) : styled`${line.padEnd(shown)}\r`);
    shown = line.length;
  };
  return {
    show: (line) => put(line.slice(0, Math.max(0, output.columns - 1))),
    clear: () => void (shown > 0 && put('')),
  };
}
