import type { Writable } from 'node:stream';

/** How long text may wait to be written, in milliseconds: less than a person notices. */
const PATIENCE = 15;

/**
 * Writes text that comes in small pieces: the first at once, then a few pieces together, since a write for each would take as long
 * as making it.
 */
export interface TextOutput {
  /** False when nobody reads any more. */
  write(text: string): Promise<boolean>;
  flush(): Promise<boolean>;
}

/** @param now a clock in milliseconds. */
export function createTextOutput(stream: Writable, now: () => number): TextOutput {
  let waiting = '';
  let due = Number.NEGATIVE_INFINITY;
  let open = true;

  // Waiting for each write lets the event of a closed pipe come through, and keeps a slow reader's text from piling up here.
  async function flush(): Promise<boolean> {
    if (waiting === '' || !open) return open;
    const text = waiting;
    waiting = '';
    open = await new Promise((resolve) => void stream.write(text, (error) => resolve(!error)));
    due = now() + PATIENCE;
    return open;
  }

  return {
    async write(text) {
      waiting += text;
      return now() < due ? open : flush();
    },
    flush,
  };
}
