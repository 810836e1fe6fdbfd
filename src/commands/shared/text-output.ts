import type { Output } from '../../ui/output.js';
import { codesOf, TerminalText } from '../../ui/terminal-text.js';

/** The longest time that text waits to be written, in milliseconds: too short to notice. */
const PATIENCE = 15;

/**
 * Writes text that comes in small pieces: the first piece at once, then several together, because one write per piece would take as long as
 * generating it.
 */
export interface TextOutput {
  /** Resolves to false when the output is no longer read. */
  write(text: string | TerminalText): Promise<boolean>;
  flush(): Promise<boolean>;
}

/** @param now a clock in milliseconds */
export function createTextOutput(output: Pick<Output, 'write'>, now: () => number = () => performance.now()): TextOutput {
  let waiting = '';
  let due = Number.NEGATIVE_INFINITY;
  let open = true;

  // Waiting for each write lets the event of a closed pipe arrive, and keeps text for a slow reader from accumulating.
  async function flush(): Promise<boolean> {
    if (waiting === '' || !open) return open;
    const text = new TerminalText(waiting);
    waiting = '';
    open = await output.write(text);
    due = now() + PATIENCE;
    return open;
  }

  return {
    async write(text) {
      waiting += codesOf(text);
      return now() < due ? open : flush();
    },
    flush,
  };
}
