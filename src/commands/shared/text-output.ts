import type { Output } from '../../ui/output.js';
import { codesOf, TerminalText } from '../../ui/terminal-text.js';

/** How long text may wait to be written, in milliseconds: less than a person notices. */
const PATIENCE = 15;

/**
 * Writes text that comes in small pieces: the first at once, then a few pieces together, since a write for each would take as long
 * as making it.
 */
export interface TextOutput {
  /** False when nobody reads any more. */
  write(text: string | TerminalText): Promise<boolean>;
  flush(): Promise<boolean>;
}

/** @param now a clock in milliseconds. */
export function createTextOutput(output: Pick<Output, 'write'>, now: () => number = () => performance.now()): TextOutput {
  let waiting = '';
  let due = Number.NEGATIVE_INFINITY;
  let open = true;

  // Waiting for each write lets the event of a closed pipe come through, and keeps a slow reader's text from piling up here.
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
