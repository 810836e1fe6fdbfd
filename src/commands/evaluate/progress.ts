import { nextTurn } from '../../foundation/next-turn.js';
import { createCountingLine } from '../../ui/counting-line.js';
import { formatCount } from '../../ui/format.js';
import type { Output } from '../../ui/output.js';

/** Milliseconds between two progress updates. */
const INTERVAL = 200;

/** Shows progress on a terminal, and lets signals and other tasks be handled. */
export function progressOn(output: Output, label: string): (done: number, total: number) => Promise<void> {
  const line = createCountingLine(output);
  let due = performance.now() + INTERVAL;
  return async (done, total) => {
    const now = performance.now();
    if (done === total) line.clear();
    else if (now >= due) line.show(`${label}: ${Math.floor((100 * done) / total)}% of ${formatCount(total)} tokens`);
    if (now < due) return;
    due = now + INTERVAL;
    await nextTurn();
  };
}
