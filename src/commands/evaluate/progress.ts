import { formatCount } from '../../ui/format.js';

/** Milliseconds between two words about progress. */
const INTERVAL = 200;

/** A line that counts up, on a terminal only and gone when done; no escape codes, so that any terminal will do. */
export function progressOn(stream: NodeJS.WriteStream, label: string): (done: number, total: number) => Promise<void> {
  let due = performance.now() + INTERVAL;
  let shown = 0;
  return async (done, total) => {
    const now = performance.now();
    if (stream.isTTY && (now >= due || (done === total && shown > 0))) {
      const line = done === total ? '' : `${label}: ${Math.floor((100 * done) / total)}% of ${formatCount(total)} tokens`;
      stream.write(`\r${line.padEnd(shown)}${line === '' ? '\r' : ''}`);
      shown = line.length;
    }
    if (now < due) return;
    due = now + INTERVAL;
    // Signals and the like have their turn.
    await new Promise((resolve) => void setImmediate(resolve));
  };
}
